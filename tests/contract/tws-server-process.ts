/** A sandbox broker in a process of its own, to be killed. Prints its port; quotes move by themselves. */
import { startTwsSandbox } from '../../src/sandbox/tws/server.ts';
import { CALL_ID, TinyMarket } from '../support/tiny-market.ts';

const [stateFolder] = process.argv.slice(2);
if (stateFolder === undefined) throw new Error('expected the state folder as the first argument');
const market = new TinyMarket();
const server = await startTwsSandbox({ market, stateFolder, rules: { startingCash: 1e9 } });
process.stdout.write(`${server.port}\n`);
let round = 0;
setInterval(() => market.setOption(CALL_ID, 4.9, 3, 5, 1 + (round++ % 3)), 1);
