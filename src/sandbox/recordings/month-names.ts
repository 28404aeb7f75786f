/** Month names in the languages of browsers that Cboe's page is exported from, without accents. */
const MONTHS: readonly string[] = [
  'january enero janvier januar gennaio janeiro januari styczen stycznia jan jän ene gen janv sty января янв ocak',
  'february febrero fevrier februar febbraio fevereiro februari luty lutego feb fev fevr lut февраля фев февр şubat',
  'march marzo mars marz marco maart marzec marca mar mrz mrt mär марта март мар mart',
  'april abril avril aprile kwiecien kwietnia apr abr avr kwi апреля апр nisan',
  'may mayo mai maggio maio mei maj maja mag мая май mayıs',
  'june junio juin juni giugno junho czerwiec czerwca jun giu cze июня июн haziran',
  'july julio juillet juli luglio julho lipiec lipca jul juil lug lip июля июл temmuz',
  'august agosto aout augustus sierpien sierpnia aug ago sie augusti августа авг ağustos',
  'september septiembre setiembre septembre settembre setembro wrzesien wrzesnia sep sept set wrz сентября сен сент eylül',
  'october octubre octobre oktober ottobre outubro pazdziernik pazdziernika oct okt ott out paz октября окт ekim',
  'november noviembre novembre novembro listopad listopada nov lis ноября ноя нояб kasım',
  'december diciembre decembre dezember dicembre dezembro december grudzien grudnia dec dic dez gru декабря дек aralık',
];

const plain = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();

const BY_NAME: ReadonlyMap<string, number> = new Map(
  MONTHS.flatMap((names, index) => names.split(' ').map((name): [string, number] => [plain(name), index + 1])),
);

/**
 * The month named in a date, 1 to 12. The last name counts: weekdays come first, and `mar` is a Tuesday in Spanish,
 * French and Italian. Longer names win over shorter ones.
 */
export const monthNamedIn = (text: string): number | null => {
  const found = plain(text)
    .split(/[^\p{L}]+/u)
    .filter((word) => BY_NAME.has(word));
  const whole = found.filter((word) => word.length > 4);
  const word = (whole.length > 0 ? whole : found).at(-1);
  return word === undefined ? null : (BY_NAME.get(word) ?? null);
};
