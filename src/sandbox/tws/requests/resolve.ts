import type { Desk } from '../desk.ts';
import type { Listing } from '../directory.ts';
import type { Session } from '../session.ts';
import type { ContractSpec } from '../wire/contract.ts';

/** The one listing a request means. Answers the client with TWS's error and null when it is none or several. */
export const resolveOne = (desk: Desk, session: Session, id: number, spec: ContractSpec): Listing | null => {
  if (spec.exchange === '' && spec.secType !== 'IND') {
    session.error(id, 321, "Error validating request.-'bW' : cause - Please enter exchange");
    return null;
  }
  const found = desk.directory.find(spec);
  if (found.length === 1 && found[0]) return found[0];
  const text =
    found.length === 0
      ? 'No security definition has been found for the request'
      : `The contract description specified for ${spec.symbol} is ambiguous.`;
  session.error(id, 200, text);
  return null;
};
