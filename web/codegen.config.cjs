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
  'gatewayListDeadLetters',
  'gatewaySummarizeDeadLetters',
  'gatewayCreateRedrive',
  'gatewayCreateDiscard',
];

/** @type {import('@rtk-query/codegen-openapi').ConfigFile} */
module.exports = {
  schemaFile: join(__dirname, '../docs/reference/openapi.json'),
  apiFile: './src/api/base.ts',
  apiImport: 'baseApi',
  outputFile: './src/api/generated.ts',
  exportName: 'api',
  filterEndpoints: USED,
  // Optional headers are for programs; the generator gives them types that fetch does not take.
  endpointOverrides: [{ pattern: /.*/, parameterFilter: (_, each) => each.in !== 'header' }],
  hooks: true,
  encodePathParams: true,
};
