import { z } from 'zod';

export type Raw = Readonly<Record<string, unknown>>;
const object = z.record(z.string(), z.unknown());

const bodyOf = async (request: Request): Promise<Raw | null> => {
  if (request.method !== 'POST') return {};
  const type = request.headers.get('content-type') ?? '';
  if (type.includes('application/json')) {
    const text = await request.text();
    return text === '' ? {} : object.parse(JSON.parse(text));
  }
  if (type.includes('application/x-www-form-urlencoded'))
    return Object.fromEntries(new URLSearchParams(await request.text()));
  if (type.includes('multipart/form-data')) return Object.fromEntries((await request.formData()).entries());
  return (await request.text()) === '' ? {} : null;
};

/** Parameters from query and body, the body's first; null when the body cannot be read. */
export const readRequest = async (request: Request): Promise<Raw | null> => {
  const query = Object.fromEntries(new URL(request.url).searchParams);
  try {
    const body = await bodyOf(request);
    return body && { ...query, ...body };
  } catch {
    return null;
  }
};
