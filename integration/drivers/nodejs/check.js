// The Node.js driver against two datacenters: node check.js DC1_IP DC2_IP.
'use strict';
const assert = require('node:assert');
const { setTimeout: sleep } = require('node:timers/promises');
const cassandra = require('cassandra-driver');

async function connect(ip, dc, user, password) {
  const client = new cassandra.Client({
    contactPoints: [ip], localDataCenter: dc, credentials: { username: user, password }, socketOptions: { readTimeout: 10000 },
  });
  await client.connect();
  return client;
}

async function main(dc1, dc2) {
  const admin = await connect(dc1, 'dc1', 'cassandra', 'cassandra');
  for (const cql of [
    'DROP KEYSPACE IF EXISTS drv_nodejs',
    "CREATE KEYSPACE drv_nodejs WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 1, 'dc2': 1}",
    'DROP ROLE IF EXISTS drv_nodejs',
    "CREATE ROLE drv_nodejs WITH LOGIN = true AND PASSWORD = 'secret' AND ACCESS TO DATACENTERS {'dc1'}",
    'GRANT ALL ON KEYSPACE drv_nodejs TO drv_nodejs',
  ]) await admin.execute(cql);

  const client = await connect(dc1, 'dc1', 'drv_nodejs', 'secret');
  await client.execute('CREATE TABLE drv_nodejs.t (k int, c int, v text, PRIMARY KEY (k, c))');
  // Metadata of tables is refreshed by schema events.
  let table = null;
  for (let i = 0; i < 100 && !table; i++, await sleep(50)) table = await client.metadata.getTable('drv_nodejs', 't');
  assert(table, 'the driver did not hear of its new table');
  for (let c = 0; c < 25; c++) await client.execute('INSERT INTO drv_nodejs.t (k, c, v) VALUES (?, ?, ?)', [1, c, 'v' + c], { prepare: true });

  const sizes = [];
  let pageState = null;
  do {
    const page = await client.execute('SELECT c FROM drv_nodejs.t WHERE k = ?', [1], { prepare: true, fetchSize: 10, pageState });
    sizes.push(page.rows.length);
    pageState = page.pageState;
  } while (pageState);
  assert.deepStrictEqual(sizes, [10, 10, 5]);

  await assert.rejects(connect(dc2, 'dc2', 'drv_nodejs', 'secret'), (e) =>
    Object.values(e.innerErrors).some((x) => x.message.includes('You do not have access to this datacenter (dc2)')));
  await client.shutdown();
  await admin.shutdown();
  console.log('ok');
  process.exit(0); // the driver keeps what was refused alive
}

main(process.argv[2], process.argv[3]).catch((e) => { console.error(e); process.exit(1); });
