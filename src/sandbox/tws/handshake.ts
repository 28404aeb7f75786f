import type { Desk } from './desk.ts';
import { twsTimestamp } from './market-clock.ts';
import { noticeText } from './notices.ts';
import { sendManagedAccounts, sendNextValidId } from './requests/dispatch.ts';
import type { Session } from './session.ts';
import { REQUEST } from './wire/codes.ts';
import { FieldReader, MalformedRequest, message } from './wire/fields.ts';
import { commonVersion, SERVER_VERSION_MAX, SERVER_VERSION_MIN } from './wire/versions.ts';

const PREFIX = Buffer.from('API\0');

/** Bytes before the first framed message: `API\0`, then a framed `v100..NNN`. Answers what follows the prefix. */
export class HandshakeReader {
  #pending: Buffer = Buffer.alloc(0);
  #prefixSeen = false;

  /** The bytes after the prefix; empty while it is incomplete; null when it is something else. */
  push(bytes: Uint8Array): Uint8Array | null {
    if (this.#prefixSeen) return bytes;
    this.#pending = Buffer.concat([this.#pending, bytes]);
    const compared = Math.min(this.#pending.length, PREFIX.length);
    if (this.#pending.compare(PREFIX, 0, compared, 0, compared) !== 0) return null;
    if (this.#pending.length < PREFIX.length) return new Uint8Array();
    this.#prefixSeen = true;
    return this.#pending.subarray(PREFIX.length);
  }
}

/** Answers the version frame with `version, connection time`. False when the client speaks no version of ours. */
export const agreeOnVersion = (desk: Desk, session: Session, versions: string): boolean => {
  const match = /^v(\d+)(?:\.\.(\d+))?(?: .*)?$/.exec(versions);
  const lowest = Number(match?.[1]);
  const highest = Number(match?.[2] ?? match?.[1]);
  const version = match ? commonVersion(lowest, highest) : null;
  if (version === null) {
    const ours = `versions ${SERVER_VERSION_MIN} to ${SERVER_VERSION_MAX}`;
    desk.log(`refused a client that offers '${versions.slice(0, 40)}': this server speaks ${ours}`);
    return false;
  }
  session.version = version;
  session.send(message(version, twsTimestamp(desk.market.now())));
  session.handshakeDone = true;
  return true;
};

/** START_API: takes the client id, or refuses one in use with 326. False when the connection is over. */
export const startApi = (desk: Desk, session: Session, fieldTexts: readonly string[]): boolean => {
  const fields = new FieldReader(fieldTexts);
  try {
    if (fields.integer('message id') !== REQUEST.startApi) return false;
    fields.skip(1);
    const clientId = fields.integer('clientId');
    for (const other of desk.sessions) {
      if (other === session || other.closed || other.clientId !== clientId) continue;
      session.error(-1, 326, 'Unable to connect as the client id is already in use. Retry with a unique client id.');
      return false;
    }
    session.clientId = clientId;
  } catch (error) {
    if (error instanceof MalformedRequest) return false;
    throw error;
  }
  sendManagedAccounts(desk, session);
  sendNextValidId(desk, session, desk.faults.takeRollBack(session.clientId ?? -1));
  for (const code of [2104, 2106, 2158]) session.error(-1, code, noticeText(code));
  return true;
};
