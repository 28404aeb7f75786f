import type { Letter } from './letter.ts';

/** Sent to everybody: what a mail may not go without. */
export interface Imprint {
  /** Postal address of the sender (CAN-SPAM). */
  readonly postalAddress: string;
  readonly siteUrl: string;
}

const NOTICE = 'QuantiCity sells information, not advice. Options can lose all they cost.';

export const asText = ({ paragraphs, action, afterwards = [] }: Letter, { postalAddress, siteUrl }: Imprint): string =>
  [
    ...paragraphs,
    ...(action ? [`${action.label}:\n${action.url}`] : []),
    ...afterwards,
    `--\n${NOTICE}\nQuantiCity, ${postalAddress}\n${siteUrl}`,
  ].join('\n\n');

const TEXT = 'font:16px/1.5 system-ui,-apple-system,Segoe UI,sans-serif;color:#1a1d23';
const BUTTON =
  'display:inline-block;padding:12px 20px;border-radius:6px;background:#0b5fff;color:#ffffff;text-decoration:none;font-weight:600';

/** Inline styles alone: mail programs read no others. JSX escapes what people have typed. */
export const asHtml = (letter: Letter, { postalAddress, siteUrl }: Imprint): string => {
  const { subject, paragraphs, action, afterwards = [] } = letter;
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>{subject}</title>
      </head>
      <body style="margin:0;padding:24px 16px;background:#ffffff">
        <div style={`max-width:560px;margin:0 auto;${TEXT}`}>
          <p style="font-weight:700;margin:0 0 24px">QuantiCity</p>
          {paragraphs.map((text) => (
            <p>{text}</p>
          ))}
          {action ? (
            <p style="margin:28px 0">
              <a href={action.url} style={BUTTON}>
                {action.label}
              </a>
            </p>
          ) : null}
          {afterwards.map((text) => (
            <p>{text}</p>
          ))}
          <p style="margin-top:32px;padding-top:16px;border-top:1px solid #d9dde3;font-size:13px;color:#555b66">
            {NOTICE}
            <br />
            QuantiCity, {postalAddress} · <a href={siteUrl}>{siteUrl}</a>
          </p>
        </div>
      </body>
    </html>
  );
  return `<!doctype html>${page}`;
};
