const FORMAT = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  dateStyle: 'medium',
  timeStyle: 'short',
});

/** `Nov 26, 2026, 9:30 AM ET` */
export const momentWords = (at: Date): string => `${FORMAT.format(at)} ET`;
