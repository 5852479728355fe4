/** Codes of the server's errors. */
export const STREAM_NOT_FOUND = 10059;
export const CONSUMER_NOT_FOUND = 10014;
export const WRONG_STREAM = 10060;
export const MESSAGE_TOO_LARGE = 10054;
export const STORE_FAILED = 10077;
