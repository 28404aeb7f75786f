import type { PropsWithChildren } from 'hono/jsx';
import { Document } from '../../hosted/document.tsx';

interface PageProps {
  readonly title: string;
  /** Two columns on wide screens: a summary and a form. */
  readonly split?: boolean;
}

export const Page = ({ title, split = false, children }: PropsWithChildren<PageProps>) => (
  <Document title={title} vendor="Stripe" style="/assets/page.css">
    <p class="banner">
      <strong>Simulated Stripe: no money moves.</strong> Use a test card, never a real one.
    </p>
    <main class={split ? 'split' : 'column'}>{children}</main>
  </Document>
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
