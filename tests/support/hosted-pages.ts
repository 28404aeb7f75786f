/** A customer at Stripe's hosted pages, without a browser: opens a page, fills its form in and sends it. */
export interface HostedPage {
  readonly status: number;
  readonly text: string;
  /** Where the page sends the customer on to. */
  readonly location: string | null;
  readonly headers: Headers;
}

const read = async (answer: Response): Promise<HostedPage> => ({
  status: answer.status,
  text: await answer.text(),
  location: answer.headers.get('location'),
  headers: answer.headers,
});

export const openPage = async (url: string): Promise<HostedPage> => read(await fetch(url, { redirect: 'manual' }));

/** Sends fields as they are, with no token of a page's. */
export const postForm = async (
  url: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<HostedPage> =>
  read(await fetch(url, { method: 'POST', redirect: 'manual', headers, body: new URLSearchParams(fields) }));

export const tokenIn = (text: string): string => {
  const token = /name="token" value="([^"]+)"/.exec(text)?.[1];
  if (token === undefined) throw new Error(`the page has no form: ${text.slice(0, 300)}`);
  return token;
};

/** Opens the page and sends the fields with its token. */
export const submitPage = async (url: string, fields: Readonly<Record<string, string>>): Promise<HostedPage> => {
  const page = await openPage(url);
  return postForm(url, { token: tokenIn(page.text), ...fields });
};

/** The card form, filled in well. */
export const cardFields = (number: string): Record<string, string> => ({
  number,
  expiry: '12 / 34',
  cvc: '123',
  name: 'Ann Lee',
  country: 'US',
  postalCode: '10004',
});

/** The whole of what a page says, without its tags. */
export const wordsOf = (text: string): string =>
  text
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
