/** Of the terms and the disclosures together. Whoever accepted another is asked again at the next visit. */
export const TERMS_VERSION = '2026-11-26';
