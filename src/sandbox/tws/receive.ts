import type { Desk } from './desk.ts';
import type { Connection } from './gate.ts';
import { agreeOnVersion, startApi } from './handshake.ts';
import { dispatch } from './requests/dispatch.ts';
import type { Session } from './session.ts';
import { splitFields } from './wire/frame.ts';

/** Bytes of one client, cut anywhere. */
export const receive = (desk: Desk, { session, handshake }: Connection, bytes: Uint8Array, flush: () => void): void => {
  const framed = handshake.push(bytes);
  const frames = framed && session.reader.push(framed);
  if (!frames) {
    desk.log(`client ${session.clientId}: the stream is not the TWS API from v100 on; closed`);
    session.close();
    return;
  }
  for (const frame of frames) {
    if (session.closed) return;
    if (!handle(desk, session, frame)) {
      flush();
      session.close();
      return;
    }
  }
};

/** One message in its turn: versions, START_API, then requests. False ends the connection. */
const handle = (desk: Desk, session: Session, frame: Buffer): boolean => {
  if (!session.handshakeDone) return agreeOnVersion(desk, session, frame.toString('latin1').replace(/\0$/, ''));
  const fields = splitFields(frame);
  if (session.clientId === null) return startApi(desk, session, fields);
  if (session.mayRequest(desk.limits.requestsPerSecond)) dispatch(desk, session, fields);
  else session.error(-1, 100, 'Max rate of messages per second has been exceeded:max=50 rec=51 (1)');
  return true;
};
