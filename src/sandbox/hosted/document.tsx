import type { PropsWithChildren } from 'hono/jsx';

interface DocumentProps {
  readonly title: string;
  /** Whose page this stands in for: `Stripe`. */
  readonly vendor: string;
  /** Path of its stylesheet. */
  readonly style: string;
}

/** A page of a simulated vendor, for people in a browser; no script runs on it. */
export const Document = ({ title, vendor, style, children }: PropsWithChildren<DocumentProps>) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <title>{`${title} · Simulated ${vendor}`}</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href={style} />
    </head>
    <body>{children}</body>
  </html>
);

/** What went wrong, told at once to whoever listens to the page. */
export const Problem = ({ text }: { text: string | null }) =>
  text === null ? null : (
    <p class="problem" role="alert">
      {text}
    </p>
  );
