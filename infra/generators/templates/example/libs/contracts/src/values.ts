import { z } from 'zod';

/** RFC 3339, UTC. */
export const Timestamp = z.iso.datetime();
