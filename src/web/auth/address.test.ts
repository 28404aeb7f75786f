import { describe, expect, test } from 'bun:test';
import { clientAddress, networkOf } from './address.ts';

describe('who asks', () => {
  test.each([
    [
      'is the peer, whatever the header says, when there is no proxy of ours',
      '203.0.113.9',
      '1.1.1.1',
      0,
      '203.0.113.9',
    ],
    ['is what our one proxy saw, not what was sent through it', '10.0.0.1', '6.6.6.6, 198.51.100.7', 1, '198.51.100.7'],
    ['is what the outer of our two proxies saw', '10.0.0.1', '6.6.6.6, 198.51.100.7, 10.0.0.2', 2, '198.51.100.7'],
    ['is the peer when a proxy that should add the header added none', '10.0.0.1', undefined, 1, '10.0.0.1'],
    ['is the peer when the header holds no address', '10.0.0.1', '<script>', 1, '10.0.0.1'],
    ['is the IPv4 address inside an IPv6 socket', '::ffff:203.0.113.9', undefined, 0, '203.0.113.9'],
    ['comes without brackets and port', '10.0.0.1', '[2001:db8::1]:4711', 1, '2001:db8::1'],
    ['is unknown when nobody says', 'unknown', undefined, 0, 'unknown'],
  ])('%s', (_what, peer, header, proxies, expected) => {
    expect(clientAddress(peer, header, proxies)).toBe(expected);
  });
});

describe('limits count', () => {
  test('one IPv4 address by itself', () => {
    expect(networkOf('203.0.113.9')).toBe('203.0.113.9');
    expect(networkOf('203.0.113.8')).not.toBe(networkOf('203.0.113.9'));
  });

  test.each(['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:0db8:0001:0002:0:0:0:7', '2001:DB8:1:2::'])(
    'a whole /64 of IPv6 as one: %s',
    (address) => {
      expect(networkOf(address)).toBe('2001:db8:1:2::/64');
    },
  );

  test('neighbouring /64s apart', () => {
    expect(networkOf('2001:db8:1:3::1')).not.toBe(networkOf('2001:db8:1:2::1'));
    expect(networkOf('::1')).toBe('0:0:0:0::/64');
  });
});
