import type { PropsWithChildren } from 'hono/jsx';

interface PageProps {
  readonly title: string;
  /** Two columns on wide screens: a summary and a form. */
  readonly split?: boolean;
}

export const Page = ({ title, split = false, children }: PropsWithChildren<PageProps>) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <title>{`${title} · Simulated Stripe`}</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href="/assets/page.css" />
    </head>
    <body>
      <p class="banner">
        <strong>Simulated Stripe: no money moves.</strong> Use a test card, never a real one.
      </p>
      <main class={split ? 'split' : 'column'}>{children}</main>
    </body>
  </html>
);

/** What went wrong, told at once to whoever listens to the page. */
export const Problem = ({ text }: { text: string | null }) =>
  text === null ? null : (
    <p class="problem" role="alert">
      {text}
    </p>
  );

export const Token = ({ value }: { value: string }) => <input type="hidden" name="token" value={value} />;

/** A page with a heading, a sentence and maybe a way on. */
export const Message = ({ title, text, href, link }: { title: string; text: string; href?: string; link?: string }) => (
  <Page title={title}>
    <section class="card">
      <h1>{title}</h1>
      <p>{text}</p>
      {href && link ? (
        <p>
          <a class="button" href={href}>
            {link}
          </a>
        </p>
      ) : null}
    </section>
  </Page>
);
