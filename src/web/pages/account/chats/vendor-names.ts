export const CHAT_NAMES = { telegram: 'Telegram', discord: 'Discord' } as const;
export type ChatVendorName = keyof typeof CHAT_NAMES;

export const isChatVendor = (text: string): text is ChatVendorName => Object.hasOwn(CHAT_NAMES, text);
