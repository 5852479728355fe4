import { camelCase, kebabCase, listed, pascalCase } from './words.js';

it.each([
  ['loyalty', 'Loyalty', 'loyalty'],
  ['gift-cards', 'GiftCards', 'giftCards'],
  ['v2-api', 'V2Api', 'v2Api'],
])('%s is %s as a class and %s as a key', (name, pascal, camel) => {
  expect([pascalCase(name), camelCase(name)]).toEqual([pascal, camel]);
});

it.each([
  ['OrderConfirmed', 'order-confirmed'],
  ['SendSMS', 'send-sms'],
  ['SendSMSReply', 'send-sms-reply'],
  ['RedeemPointsV2', 'redeem-points-v2'],
])('%s is in the file %s', (message, file) => {
  expect(kebabCase(message)).toBe(file);
});

it.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b', 'c'], 'a, b and c'],
])('%j reads %j', (words, text) => {
  expect(listed(words)).toBe(text);
});
