import type { OrderTerms, OrderType } from '../exchange/types.ts';
import { type ContractSpec, readContract } from './contract.ts';
import { type FieldReader, MalformedRequest } from './fields.ts';
import { SINCE } from './versions.ts';

export interface PlaceOrderRequest {
  readonly orderId: number;
  readonly contract: ContractSpec;
  readonly terms: OrderTerms;
  readonly account: string;
  /** Asks what the order would cost, and is not to be worked. */
  readonly whatIf: boolean;
  /** What the sandbox understands but does not offer; null when nothing. */
  readonly unsupported: string | null;
}

const ORDER_TYPES: Readonly<Record<string, OrderType>> = {
  LMT: 'LMT',
  MKT: 'MKT',
  STP: 'STP',
  'STP LMT': 'STP LMT',
  STPLMT: 'STP LMT',
  TRAIL: 'TRAIL',
};

/** Field order of `placeOrder` at server versions 100 to 200. Source: TWS API reference client, `EClient.placeOrder`. */
export const readPlaceOrder = (fields: FieldReader): PlaceOrderRequest => {
  if (!fields.since(SINCE.orderContainer)) fields.skip(1); // version
  const orderId = fields.integer('orderId');
  const contract = readContract(fields);
  fields.skip(2); // secIdType, secId
  const action = fields.text('action');
  const totalQuantity = fields.number('totalQuantity');
  const orderTypeText = fields.text('orderType').toUpperCase();
  const limitPrice = fields.numberOrNull('lmtPrice');
  const auxPrice = fields.numberOrNull('auxPrice');
  const timeInForce = fields.text('tif').toUpperCase();
  const ocaGroup = fields.text('ocaGroup');
  const account = fields.text('account');
  const openClose = fields.text('openClose');
  fields.skip(1); // origin
  const orderRef = fields.text('orderRef');
  const transmit = fields.boolean('transmit');
  const parentId = fields.integer('parentId');
  fields.skip(3); // blockOrder, sweepToFill, displaySize
  const triggerMethod = fields.integer('triggerMethod');
  const outsideRth = fields.boolean('outsideRth');
  fields.skip(1); // hidden
  if (contract.secType === 'BAG') return unsupportedOrder(orderId, contract, account, 'combination orders');
  const orderType = ORDER_TYPES[orderTypeText];
  // Other types bring fields of their own: nothing behind this point can be counted on.
  if (!orderType) return unsupportedOrder(orderId, contract, account, `order type '${orderTypeText}'`);
  const middle = readMiddle(fields);
  const tail = readTail(fields, contract);
  const unsupported =
    action !== 'BUY' && action !== 'SELL'
      ? `action '${action}'`
      : timeInForce !== 'DAY' && timeInForce !== 'GTC' && timeInForce !== ''
        ? `time in force '${timeInForce}'`
        : tail.unsupported;
  const terms: OrderTerms = {
    action: action === 'SELL' ? 'SELL' : 'BUY',
    totalQuantity,
    orderType,
    limitPrice: zeroIsUnset(limitPrice),
    auxPrice: zeroIsUnset(auxPrice),
    timeInForce: timeInForce === 'GTC' ? 'GTC' : 'DAY',
    ocaGroup,
    ocaType: middle.ocaType === 0 ? 3 : middle.ocaType,
    orderRef,
    transmit,
    parentId,
    triggerMethod,
    outsideRth,
    openClose,
    trailStopPrice: zeroIsUnset(tail.trailStopPrice),
    trailingPercent: zeroIsUnset(tail.trailingPercent),
  };
  return { orderId, contract, terms, account, whatIf: tail.whatIf, unsupported };
};

/** Clients written against old servers send 0 for a price that was not set; no sandbox contract trades at 0. */
const zeroIsUnset = (price: number | null): number | null => (price === 0 ? null : price);

/** sharesAllocation … referencePriceType. */
const readMiddle = (fields: FieldReader): { ocaType: number } => {
  fields.skip(7); // sharesAllocation … faPercentage
  if (!fields.since(SINCE.faProfileDesupport)) fields.skip(1);
  fields.skipSince(SINCE.modelsSupport, 1);
  fields.skip(3); // shortSaleSlot … exemptCode
  const ocaType = fields.integer('ocaType');
  fields.skip(17); // rule80A … volatilityType
  return { ocaType };
};

const readTail = (fields: FieldReader, contract: ContractSpec) => {
  const deltaNeutralOrderType = fields.text('deltaNeutralOrderType');
  fields.skip(1);
  if (deltaNeutralOrderType !== '') fields.skip(8);
  fields.skip(2); // continuousUpdate, referencePriceType
  const trailStopPrice = fields.numberOrNull('trailStopPrice');
  const trailingPercent = fields.numberOrNull('trailingPercent');
  fields.skip(2);
  const scalePriceIncrement = fields.numberOrNull('scalePriceIncrement');
  if (scalePriceIncrement !== null && scalePriceIncrement > 0) fields.skip(7);
  fields.skip(3); // scaleTable, activeStartTime, activeStopTime
  if (fields.text('hedgeType') !== '') fields.skip(1);
  fields.skip(4); // optOutSmartRouting, clearingAccount, clearingIntent, notHeld
  if (fields.boolean('deltaNeutralContract')) fields.skip(3);
  const algorithm = fields.text('algoStrategy');
  if (algorithm !== '') fields.skip(2 * fields.integer('algoParamsCount'));
  fields.skip(1); // algoId
  const whatIf = fields.boolean('whatIf');
  fields.skip(4); // orderMiscOptions, solicited, randomizeSize, randomizePrice
  const conditionCount = fields.since(SINCE.peggedToBenchmark) ? fields.integer('conditionsCount') : 0;
  const unsupported = algorithm !== '' ? `algorithm '${algorithm}'` : conditionCount > 0 ? 'conditional orders' : null;
  if (conditionCount === 0) skipLateFields(fields, contract);
  return { trailStopPrice, trailingPercent, whatIf, unsupported };
};

/** What the versions since 102 have added behind the conditions, in the order of the wire. */
const LATE_FIELDS: readonly (readonly [gate: number, count: number])[] = [
  [SINCE.peggedToBenchmark, 7], // adjustedOrderType … adjustableTrailingUnit
  [SINCE.extOperator, 1],
  [SINCE.softDollarTier, 2],
  [SINCE.cashQty, 1],
  [SINCE.decisionMaker, 2],
  [SINCE.mifidExecution, 2],
  [SINCE.autoPriceForHedge, 1],
  [SINCE.orderContainer, 1],
  [SINCE.dPegOrders, 1],
  [SINCE.priceMgmtAlgo, 1],
  [SINCE.duration, 1],
  [SINCE.postToAts, 1],
  [SINCE.autoCancelParent, 1],
  [SINCE.advancedOrderReject, 1],
  [SINCE.manualOrderTime, 1],
];

const skipLateFields = (fields: FieldReader, contract: ContractSpec): void => {
  for (const [gate, count] of LATE_FIELDS) fields.skipSince(gate, count);
  if (contract.exchange === 'IBKRATS') fields.skipSince(SINCE.pegBestPegMidOffsets, 1);
  fields.skipSince(SINCE.customerAccount, 1);
  fields.skipSince(SINCE.professionalCustomer, 1);
  if (!fields.since(SINCE.undoRfqFields)) fields.skipSince(SINCE.rfqFields, 2);
  fields.skipSince(SINCE.includeOvernight, 1);
  fields.skipSince(SINCE.cmeTaggingFields, 1);
  fields.skipSince(SINCE.imbalanceOnly, 1);
  if (!fields.exhausted)
    throw new MalformedRequest(`the order has more fields than server version ${fields.version} knows`);
};

const unsupportedOrder = (
  orderId: number,
  contract: ContractSpec,
  account: string,
  what: string,
): PlaceOrderRequest => ({
  orderId,
  contract,
  account,
  whatIf: false,
  unsupported: what,
  terms: {
    action: 'BUY',
    totalQuantity: 0,
    orderType: 'LMT',
    limitPrice: null,
    auxPrice: null,
    timeInForce: 'DAY',
    ocaGroup: '',
    ocaType: 3,
    orderRef: '',
    transmit: true,
    parentId: 0,
    triggerMethod: 0,
    outsideRth: false,
    openClose: '',
    trailStopPrice: null,
    trailingPercent: null,
  },
});
