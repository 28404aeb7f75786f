import type { MailData, MailTemplate } from '../../db/queries/mails.ts';
import type { Letter } from './letter.ts';

const dollars = (cents: number): string =>
  new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' }).format(cents / 100);
const day = (atMs: number): string =>
  `${new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeStyle: 'short', timeZone: 'America/New_York' }).format(
    atMs,
  )} New York time`;

const NOT_YOU = 'If that was not you, change your password now: somebody else may know it.';
const ENDINGS: Readonly<Record<MailData['subscription-ended']['why'], string>> = {
  cancelled: 'It ended as you asked.',
  unpaid: 'The last payment could not be taken, and the time to mend that is over.',
  'never-paid': 'Its first payment was never completed.',
  refunded: 'It was refunded in full.',
  disputed: 'Its payment was disputed with your bank.',
  'trial-not-taken': 'Its trial was not followed by a payment.',
};

/** The plan, and how it is paid where that alone is what changes. */
const switched = ({ from, fromInterval, to, toInterval }: MailData['plan-changed']): readonly [string, string] =>
  fromInterval === toInterval ? [from, to] : [`${from} by the ${fromInterval}`, `${to} by the ${toInterval}`];

/** What each mail says. A mail promises nothing that the site does not show. */
const LETTERS: { readonly [T in MailTemplate]: (data: MailData[T]) => Letter } = {
  'verify-email': ({ url, code }) => ({
    subject: `${code} confirms your e-mail address`,
    paragraphs: ['Welcome to QuantiCity. One click confirms that this address is yours.'],
    action: { label: 'Confirm this address', url },
    afterwards: [
      `Or enter this code where you signed up: ${code}`,
      'Both work once, for 24 hours. If you did not sign up, ignore this mail: nothing happens without you.',
    ],
  }),
  'address-taken': ({ signInUrl, resetUrl }) => ({
    subject: 'You already have an account',
    paragraphs: [
      'Somebody, perhaps you, tried to sign up with this address. It already has an account, which is as it was.',
    ],
    action: { label: 'Sign in', url: signInUrl },
    afterwards: [`Forgotten the password? Choose another: ${resetUrl}`],
  }),
  'reset-password': ({ url }) => ({
    subject: 'Choose a new password',
    paragraphs: ['Somebody, perhaps you, asked for a new password.'],
    action: { label: 'Choose a new password', url },
    afterwards: [
      'The link works once, for an hour. If you did not ask, ignore this mail: your password stays as it is.',
    ],
  }),
  'password-changed': ({ resetUrl }) => ({
    subject: 'Your password was changed',
    paragraphs: ['Your password was changed, and every other session was signed out.'],
    afterwards: [`${NOT_YOU} ${resetUrl}`],
  }),
  'confirm-new-email': ({ url }) => ({
    subject: 'Confirm your new e-mail address',
    paragraphs: ['Confirm that this address is to be the new one of your account. Until then the old one stays.'],
    action: { label: 'Use this address', url },
    afterwards: ['The link works once, for 24 hours.'],
  }),
  'email-changed': ({ newAddress, revertUrl }) => ({
    subject: 'Your e-mail address was changed',
    paragraphs: [`Your account now belongs to ${newAddress}.`],
    action: { label: 'That was not me: undo it', url: revertUrl },
    afterwards: ['Undoing it works for seven days and signs every session out.'],
  }),
  'second-factor-changed': ({ what, securityUrl }) => ({
    subject: {
      added: 'Your second factor is on',
      removed: 'Your second factor is off',
      'recovery-code-used': 'A recovery code was used',
    }[what],
    paragraphs: [
      {
        added: 'Signing in now asks for a code of your authenticator.',
        removed: 'Signing in no longer asks for a code of your authenticator.',
        'recovery-code-used': 'Somebody signed in with one of your recovery codes; it does not work again.',
      }[what],
    ],
    action: { label: 'Look at your security settings', url: securityUrl },
    afterwards: [NOT_YOU],
  }),
  'chat-linked': ({ vendor, name, chatsUrl }) => ({
    subject: `Your ${vendor} account is linked`,
    paragraphs: [`The ${vendor} account "${name}" is linked to yours: it is let into the rooms that your plan opens.`],
    action: { label: 'See or unlink it', url: chatsUrl },
    afterwards: [NOT_YOU],
  }),
  'chat-unlinked': ({ vendor, name, chatsUrl }) => ({
    subject: `Your ${vendor} account is unlinked`,
    paragraphs: [`The ${vendor} account "${name}" is no longer linked to yours, and leaves the closed rooms.`],
    action: { label: 'Link one again', url: chatsUrl },
    afterwards: [NOT_YOU],
  }),
  'account-deleted': () => ({
    subject: 'Your account is deleted',
    paragraphs: [
      'Your account and what was kept with it are deleted. A subscription was ended first; nothing will be charged any more.',
    ],
  }),
  'subscription-started': ({ plan, amountCents, interval, renewsAtMs, trialEndsAtMs, billingUrl }) => ({
    subject: `Your ${plan} subscription has begun`,
    paragraphs: [
      trialEndsAtMs === null
        ? `You have subscribed to ${plan} at ${dollars(amountCents)} a ${interval}. It renews by itself on ${day(renewsAtMs)}.`
        : `Your ${plan} trial has begun. Unless you cancel, it becomes a subscription at ${dollars(amountCents)} a ${interval} on ${day(trialEndsAtMs)}.`,
    ],
    action: { label: 'See or cancel your subscription', url: billingUrl },
  }),
  'trial-ending': ({ plan, endsAtMs, amountCents, billingUrl }) => ({
    subject: `Your ${plan} trial ends soon`,
    paragraphs: [
      `Your ${plan} trial ends on ${day(endsAtMs)}. Then ${dollars(amountCents)} is charged, unless you cancel before.`,
    ],
    action: { label: 'See or cancel your subscription', url: billingUrl },
  }),
  'payment-received': ({ plan, amountCents, paidThroughMs, invoiceUrl }) => ({
    subject: `Receipt: ${dollars(amountCents)} for ${plan}`,
    paragraphs: [`Thank you. ${plan} is paid through ${day(paidThroughMs)}.`],
    ...(invoiceUrl && { action: { label: 'See the invoice', url: invoiceUrl } }),
  }),
  'payment-failed': ({ plan, amountCents, accessUntilMs, payUrl }) => ({
    subject: `Your payment for ${plan} failed`,
    paragraphs: [
      `${dollars(amountCents)} for ${plan} could not be charged.`,
      accessUntilMs === null
        ? 'Until it is paid you see what Free members see.'
        : `You keep ${plan} until ${day(accessUntilMs)}; we try again before then.`,
    ],
    action: { label: 'Pay or change the card', url: payUrl },
  }),
  'payment-action-required': ({ plan, amountCents, payUrl }) => ({
    subject: 'Your bank asks you to confirm a payment',
    paragraphs: [`Your bank wants you to confirm ${dollars(amountCents)} for ${plan}.`],
    action: { label: 'Confirm the payment', url: payUrl },
  }),
  'plan-changed': (change) => {
    const [from, to] = switched(change);
    return {
      subject: `You now have ${to}`,
      paragraphs: [`Your plan was changed from ${from} to ${to}.`],
      action: { label: 'See your subscription', url: change.billingUrl },
    };
  },
  'plan-change-scheduled': (change) => {
    const [from, to] = switched(change);
    return {
      subject: `${to} follows ${from}`,
      paragraphs: [`You keep ${from} until ${day(change.atMs)}; from then on you have, and pay for, ${to}.`],
      action: { label: 'See your subscription', url: change.billingUrl },
    };
  },
  'plan-change-withdrawn': ({ plan, billingUrl }) => ({
    subject: `You keep ${plan}`,
    paragraphs: [`The change of your plan is taken back. ${plan} goes on as before.`],
    action: { label: 'See your subscription', url: billingUrl },
  }),
  'renewal-coming': ({ plan, renewsAtMs, amountCents, billingUrl }) => ({
    subject: `Your ${plan} year renews on ${day(renewsAtMs)}`,
    paragraphs: [
      `Your ${plan} subscription renews for another year on ${day(renewsAtMs)}. Then ${dollars(amountCents)} is charged, unless you cancel before.`,
    ],
    action: { label: 'See or cancel your subscription', url: billingUrl },
  }),
  'cancel-scheduled': ({ plan, accessUntilMs, billingUrl }) => ({
    subject: `${plan} is cancelled`,
    paragraphs: [`Nothing will be charged any more. You keep ${plan} until ${day(accessUntilMs)}.`],
    action: { label: 'Keep it after all', url: billingUrl },
  }),
  'subscription-resumed': ({ plan, renewsAtMs, billingUrl }) => ({
    subject: `${plan} goes on`,
    paragraphs: [`Your cancellation is taken back. ${plan} renews on ${day(renewsAtMs)}.`],
    action: { label: 'See your subscription', url: billingUrl },
  }),
  'subscription-ended': ({ plan, why, plansUrl }) => ({
    subject: `${plan} has ended`,
    paragraphs: [`Your ${plan} subscription has ended. ${ENDINGS[why]} You now see what Free members see.`],
    action: { label: 'See the plans', url: plansUrl },
  }),
  'grace-over': ({ plan, billingUrl }) => ({
    subject: `${plan} is on hold until it is paid`,
    paragraphs: [
      `The last payment for ${plan} is still missing, and the time to mend that is over. You now see what Free members see. As soon as it is paid, ${plan} is back.`,
    ],
    action: { label: 'Pay or change the card', url: billingUrl },
  }),
  'trial-refused': ({ plan, plansUrl }) => ({
    subject: 'There is one trial for each person',
    paragraphs: [
      `This card or this address has had a trial before, so your new ${plan} trial was ended at once. Nothing was charged, and nothing will be. You can subscribe without a trial whenever you like.`,
    ],
    action: { label: 'See the plans', url: plansUrl },
  }),
  'payment-disputed': ({ plan, amountCents }) => ({
    subject: 'A payment was disputed with your bank',
    paragraphs: [
      `${dollars(amountCents)} for ${plan} was disputed with your bank. Until that is decided you see what Free members see. If this was a mistake, tell your bank to take the dispute back.`,
    ],
  }),
  'paying-twice': ({ plans, billingUrl }) => ({
    subject: 'You have more than one subscription',
    paragraphs: [
      `You are subscribed more than once: ${plans.join(' and ')}. You need one. Cancel the other, and answer this mail if you have been charged for both: you get that back.`,
    ],
    action: { label: 'See your subscriptions', url: billingUrl },
  }),
  refunded: ({ plan, amountCents }) => ({
    subject: `${dollars(amountCents)} is on its way back to you`,
    paragraphs: [`${dollars(amountCents)} for ${plan} was refunded. Banks take five to ten days to show it.`],
  }),
  'comp-granted': ({ plan, endsAtMs, feedUrl }) => ({
    subject: `You have ${plan}`,
    paragraphs: [
      endsAtMs === null
        ? `You were given ${plan}, free of charge.`
        : `You were given ${plan}, free of charge, until ${day(endsAtMs)}. Nothing is charged afterwards.`,
    ],
    action: { label: 'Open the feed', url: feedUrl },
  }),
};

export const isMailTemplate = (name: string): name is MailTemplate => Object.hasOwn(LETTERS, name);

export const letterOf = <T extends MailTemplate>(template: T, data: MailData[T]): Letter => LETTERS[template](data);
