import type { ErrorBody } from '../types.ts';

/**
 * What Stripe answers instead of an object. Thrown from wherever it is found out and turned into an answer in one place;
 * `keeps` says that what was written before it stands (a declined charge is on record), else all of it is undone.
 */
export class Refusal extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  readonly keeps: boolean;
  constructor(status: number, body: ErrorBody, keeps = false) {
    super(body.message);
    this.status = status;
    this.body = body;
    this.keeps = keeps;
  }
}

export const invalid = (message: string, param?: string, code?: string): Refusal =>
  new Refusal(400, {
    type: 'invalid_request_error',
    message,
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param }),
  });

const absent = (status: number, noun: string, id: string, param: string): Refusal =>
  new Refusal(status, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${noun}: '${id}'`,
    param,
  });

/** The path names something that is not there. */
export const notFound = (noun: string, id: string, param = 'id'): Refusal => absent(404, noun, id, param);

/** A parameter names something that is not there. */
export const noSuch = (noun: string, id: string, param: string): Refusal => absent(400, noun, id, param);

export const missingParam = (param: string): Refusal =>
  invalid(`Missing required param: ${param}.`, param, 'parameter_missing');
