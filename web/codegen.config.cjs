const { join } = require('node:path');

/** The operations the console calls; the rest of the document would only add weight. */
const USED = [
  'gatewayCreateSetup',
  'gatewayCreateSession',
  'gatewayGetCurrentSession',
  'gatewayDeleteCurrentSession',
  'insightsGetOverview',
  'insightsListScoredConversations',
  'insightsGetScoredConversation',
  'responderGetConversation',
  'responderListMessages',
  'responderListReplies',
  'responderCreateReply',
  'responderGetDocument',
  'privacyCreateDetections',
  'privacyCreateAnonymizations',
  'gatewayListKeys',
  'gatewayCreateKey',
  'gatewayDeleteKey',
  'gatewayListJobs',
  'gatewayListScopes',
  'insightsListReasons',
];

/** @type {import('@rtk-query/codegen-openapi').ConfigFile} */
module.exports = {
  schemaFile: join(__dirname, '../docs/reference/openapi.json'),
  apiFile: './src/api/base.ts',
  apiImport: 'baseApi',
  outputFile: './src/api/generated.ts',
  exportName: 'api',
  filterEndpoints: USED,
  hooks: true,
  encodePathParams: true,
};
