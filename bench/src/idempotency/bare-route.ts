import Fastify from 'fastify';
import pg from 'pg';

/** The least that a POST costs: parse, one INSERT, 202. A process of its own, with as many connections as order-api. */
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL!, max: 20 });
await pool.query(
  'CREATE TABLE IF NOT EXISTS requests (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), body jsonb NOT NULL)',
);

const app = Fastify();
app.get('/ready', async () => ({}));
app.post('/orders', async ({ body }, reply) => {
  const { rows } = await pool.query('INSERT INTO requests (body) VALUES ($1) RETURNING id', [body]);
  return reply.status(202).send({ id: rows[0].id });
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
process.once('SIGTERM', () => void app.close().then(() => process.exit(0)));
