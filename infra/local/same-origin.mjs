/**
 * Loaded into Maildev by `node --import`. Its API allows any origin, with credentials, so that any page in the user's
 * browser could read the mailbox. This rejects what a page of another origin sends; programs send no Origin.
 */
import { Server } from 'node:http';

const emit = Server.prototype.emit;
Server.prototype.emit = function (event, ...args) {
  if (event === 'request' && isForeign(args[0])) return Boolean(args[1].writeHead(403).end());
  if (event === 'upgrade' && isForeign(args[0])) return Boolean(args[1].destroy());
  return emit.call(this, event, ...args);
};

function isForeign({ headers: { origin, host } }) {
  return origin !== undefined && origin !== `http://${host}`;
}
