/** Where the hosted pages are on the sandbox's own origin, by the ids of what they show. */
export const PATHS = {
  checkout: (sessionId: string): string => `/c/pay/${sessionId}`,
  portal: (portalSessionId: string): string => `/p/session/${portalSessionId}`,
  challenge: (intentId: string): string => `/3ds/${intentId}`,
  invoice: (invoiceId: string): string => `/i/${invoiceId}`,
  invoicePdf: (invoiceId: string): string => `/i/${invoiceId}/pdf`,
  receipt: (chargeId: string): string => `/receipts/${chargeId}`,
} as const;
