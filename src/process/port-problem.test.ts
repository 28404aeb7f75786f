import { expect, test } from 'bun:test';
import { createServer } from 'node:net';
import { portProblem } from './port-problem.ts';

test('says whether the port is taken or the address is not ours, by variable', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  expect(port).toBeGreaterThan(0);
  expect(await portProblem('127.0.0.1', port)).toStartWith(`PORT ${port} on 127.0.0.1 is taken`);
  await new Promise((resolve) => server.close(resolve));
  expect(await portProblem('127.0.0.1', port)).toBeNull();
  expect(await portProblem('203.0.113.9', port)).toStartWith('HOST 203.0.113.9 is no address of this machine');
});
