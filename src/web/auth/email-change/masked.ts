/** `a…@example.com`: enough to tell two addresses apart in a log that outlives the account. */
export const masked = (email: string): string => {
  const at = email.lastIndexOf('@');
  return `${email.slice(0, 1)}…${email.slice(at)}`;
};
