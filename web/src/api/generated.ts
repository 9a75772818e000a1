import { baseApi as api } from "./base";
const injectedRtkApi = api.injectEndpoints({
  endpoints: (build) => ({
    gatewayListDeadLetters: build.query<
      GatewayListDeadLettersApiResponse,
      GatewayListDeadLettersApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/events/dead-letters`,
        params: {
          handler: queryArg.handler,
          name: queryArg.name,
          error: queryArg.error,
          cursor: queryArg.cursor,
          limit: queryArg.limit,
        },
      }),
    }),
    gatewaySummarizeDeadLetters: build.query<
      GatewaySummarizeDeadLettersApiResponse,
      GatewaySummarizeDeadLettersApiArg
    >({
      query: () => ({ url: `/v1/events/dead-letters/summary` }),
    }),
    gatewayCreateDiscard: build.mutation<
      GatewayCreateDiscardApiResponse,
      GatewayCreateDiscardApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/events/discards`,
        method: "POST",
        body: queryArg.discardRequest,
      }),
    }),
    gatewayCreateRedrive: build.mutation<
      GatewayCreateRedriveApiResponse,
      GatewayCreateRedriveApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/events/redrives`,
        method: "POST",
        body: queryArg.redriveRequest,
      }),
    }),
    insightsListScoredConversations: build.query<
      InsightsListScoredConversationsApiResponse,
      InsightsListScoredConversationsApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/insights/conversations`,
        params: {
          from: queryArg["from"],
          to: queryArg.to,
          reason: queryArg.reason,
          sentiment: queryArg.sentiment,
          outcome: queryArg.outcome,
          channel: queryArg.channel,
          cursor: queryArg.cursor,
          limit: queryArg.limit,
        },
      }),
    }),
    insightsGetScoredConversation: build.query<
      InsightsGetScoredConversationApiResponse,
      InsightsGetScoredConversationApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/insights/conversations/${encodeURIComponent(String(queryArg.conversationId))}`,
      }),
    }),
    insightsGetOverview: build.query<
      InsightsGetOverviewApiResponse,
      InsightsGetOverviewApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/insights/overview`,
        params: {
          from: queryArg["from"],
          to: queryArg.to,
          channel: queryArg.channel,
        },
      }),
    }),
    insightsListReasons: build.query<
      InsightsListReasonsApiResponse,
      InsightsListReasonsApiArg
    >({
      query: () => ({ url: `/v1/insights/reasons` }),
    }),
    gatewayListJobs: build.query<
      GatewayListJobsApiResponse,
      GatewayListJobsApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/jobs`,
        params: {
          limit: queryArg.limit,
        },
      }),
    }),
    gatewayListKeys: build.query<
      GatewayListKeysApiResponse,
      GatewayListKeysApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/keys`,
        params: {
          cursor: queryArg.cursor,
          limit: queryArg.limit,
        },
      }),
    }),
    gatewayCreateKey: build.mutation<
      GatewayCreateKeyApiResponse,
      GatewayCreateKeyApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/keys`,
        method: "POST",
        body: queryArg.keyRequest,
      }),
    }),
    gatewayDeleteKey: build.mutation<
      GatewayDeleteKeyApiResponse,
      GatewayDeleteKeyApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/keys/${encodeURIComponent(String(queryArg.keyId))}`,
        method: "DELETE",
      }),
    }),
    privacyCreateAnonymizations: build.mutation<
      PrivacyCreateAnonymizationsApiResponse,
      PrivacyCreateAnonymizationsApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/anonymizations`,
        method: "POST",
        body: queryArg.anonymizationRequest,
      }),
    }),
    privacyCreateDetections: build.mutation<
      PrivacyCreateDetectionsApiResponse,
      PrivacyCreateDetectionsApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/detections`,
        method: "POST",
        body: queryArg.detectionRequest,
      }),
    }),
    responderGetConversation: build.query<
      ResponderGetConversationApiResponse,
      ResponderGetConversationApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/responder/conversations/${encodeURIComponent(String(queryArg.conversationId))}`,
      }),
    }),
    responderListMessages: build.query<
      ResponderListMessagesApiResponse,
      ResponderListMessagesApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/responder/conversations/${encodeURIComponent(String(queryArg.conversationId))}/messages`,
        params: {
          cursor: queryArg.cursor,
          limit: queryArg.limit,
        },
      }),
    }),
    responderCreateReply: build.mutation<
      ResponderCreateReplyApiResponse,
      ResponderCreateReplyApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/responder/conversations/${encodeURIComponent(String(queryArg.conversationId))}/replies`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
    responderListReplies: build.query<
      ResponderListRepliesApiResponse,
      ResponderListRepliesApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/responder/conversations/${encodeURIComponent(String(queryArg.conversationId))}/replies`,
        params: {
          limit: queryArg.limit,
        },
      }),
    }),
    responderGetDocument: build.query<
      ResponderGetDocumentApiResponse,
      ResponderGetDocumentApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/responder/documents/${encodeURIComponent(String(queryArg.documentId))}`,
      }),
    }),
    gatewayListScopes: build.query<
      GatewayListScopesApiResponse,
      GatewayListScopesApiArg
    >({
      query: () => ({ url: `/v1/scopes` }),
    }),
    gatewayCreateSession: build.mutation<
      GatewayCreateSessionApiResponse,
      GatewayCreateSessionApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/sessions`,
        method: "POST",
        body: queryArg.sessionRequest,
      }),
    }),
    gatewayGetCurrentSession: build.query<
      GatewayGetCurrentSessionApiResponse,
      GatewayGetCurrentSessionApiArg
    >({
      query: () => ({ url: `/v1/sessions/current` }),
    }),
    gatewayDeleteCurrentSession: build.mutation<
      GatewayDeleteCurrentSessionApiResponse,
      GatewayDeleteCurrentSessionApiArg
    >({
      query: () => ({ url: `/v1/sessions/current`, method: "DELETE" }),
    }),
    gatewayCreateSetup: build.mutation<
      GatewayCreateSetupApiResponse,
      GatewayCreateSetupApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/setups`,
        method: "POST",
        body: queryArg.setupRequest,
      }),
    }),
  }),
  overrideExisting: false,
});
export { injectedRtkApi as api };
export type GatewayListDeadLettersApiResponse =
  /** status 200 Successful Response */ DeadLettersReply;
export type GatewayListDeadLettersApiArg = {
  handler?: string | null;
  name?: string | null;
  error?: string | null;
  cursor?: string | null;
  limit?: number;
};
export type GatewaySummarizeDeadLettersApiResponse =
  /** status 200 Successful Response */ DeadLetterSummaryReply;
export type GatewaySummarizeDeadLettersApiArg = void;
export type GatewayCreateDiscardApiResponse =
  /** status 201 Successful Response */ MovedReply;
export type GatewayCreateDiscardApiArg = {
  discardRequest: DiscardRequest;
};
export type GatewayCreateRedriveApiResponse =
  /** status 202 Successful Response */ MovedReply;
export type GatewayCreateRedriveApiArg = {
  redriveRequest: RedriveRequest;
};
export type InsightsListScoredConversationsApiResponse =
  /** status 200 Successful Response */ ConversationRowsReply;
export type InsightsListScoredConversationsApiArg = {
  from?: string | null;
  to?: string | null;
  reason?: string | null;
  sentiment?: ("negative" | "neutral" | "positive") | null;
  outcome?: ("answered" | "abstained" | "escalated") | null;
  channel?: string | null;
  cursor?: string | null;
  limit?: number;
};
export type InsightsGetScoredConversationApiResponse =
  /** status 200 Successful Response */ ConversationScoresReply;
export type InsightsGetScoredConversationApiArg = {
  conversationId: string;
};
export type InsightsGetOverviewApiResponse =
  /** status 200 Successful Response */ OverviewReply;
export type InsightsGetOverviewApiArg = {
  from?: string | null;
  to?: string | null;
  channel?: string | null;
};
export type InsightsListReasonsApiResponse =
  /** status 200 Successful Response */ ReasonLabelsReply;
export type InsightsListReasonsApiArg = void;
export type GatewayListJobsApiResponse =
  /** status 200 Successful Response */ JobsReply;
export type GatewayListJobsApiArg = {
  limit?: number;
};
export type GatewayListKeysApiResponse =
  /** status 200 Successful Response */ KeysReply;
export type GatewayListKeysApiArg = {
  cursor?: string | null;
  limit?: number;
};
export type GatewayCreateKeyApiResponse =
  /** status 201 Successful Response */ NewKeyReply;
export type GatewayCreateKeyApiArg = {
  keyRequest: KeyRequest;
};
export type GatewayDeleteKeyApiResponse = unknown;
export type GatewayDeleteKeyApiArg = {
  keyId: string;
};
export type PrivacyCreateAnonymizationsApiResponse =
  /** status 200 Successful Response */ AnonymizationsReply;
export type PrivacyCreateAnonymizationsApiArg = {
  anonymizationRequest: AnonymizationRequest;
};
export type PrivacyCreateDetectionsApiResponse =
  /** status 200 Successful Response */ DetectionsReply;
export type PrivacyCreateDetectionsApiArg = {
  detectionRequest: DetectionRequest;
};
export type ResponderGetConversationApiResponse =
  /** status 200 Successful Response */ ConversationReply;
export type ResponderGetConversationApiArg = {
  conversationId: string;
};
export type ResponderListMessagesApiResponse =
  /** status 200 Successful Response */ MessagesReply;
export type ResponderListMessagesApiArg = {
  conversationId: string;
  cursor?: number;
  limit?: number;
};
export type ResponderCreateReplyApiResponse =
  /** status 201 Successful Response */ ReplyReply;
export type ResponderCreateReplyApiArg = {
  conversationId: string;
  body: ReplyRequest | null;
};
export type ResponderListRepliesApiResponse =
  /** status 200 Successful Response */ RepliesReply;
export type ResponderListRepliesApiArg = {
  conversationId: string;
  limit?: number;
};
export type ResponderGetDocumentApiResponse =
  /** status 200 Successful Response */ DocumentDetailReply;
export type ResponderGetDocumentApiArg = {
  documentId: string;
};
export type GatewayListScopesApiResponse =
  /** status 200 Successful Response */ ScopesReply;
export type GatewayListScopesApiArg = void;
export type GatewayCreateSessionApiResponse =
  /** status 201 Successful Response */ SessionReply;
export type GatewayCreateSessionApiArg = {
  sessionRequest: SessionRequestWrite;
};
export type GatewayGetCurrentSessionApiResponse =
  /** status 200 Successful Response */ SessionReply;
export type GatewayGetCurrentSessionApiArg = void;
export type GatewayDeleteCurrentSessionApiResponse = unknown;
export type GatewayDeleteCurrentSessionApiArg = void;
export type GatewayCreateSetupApiResponse =
  /** status 201 Successful Response */ SessionReply;
export type GatewayCreateSetupApiArg = {
  setupRequest: SetupRequestWrite;
};
export type DeadLetterReply = {
  id: string;
  handler: string;
  name: string;
  attempts: number;
  error: string;
  parked_at: string;
  ids: {
    [key: string]: string;
  };
  codes: {
    [key: string]: string;
  };
};
export type DeadLettersReply = {
  items: DeadLetterReply[];
  next: string | null;
};
export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
};
export type DeadLetterGroupReply = {
  handler: string;
  name: string;
  error: string;
  count: number;
  oldest_at: string;
  newest_at: string;
};
export type DeadLetterSummaryReply = {
  total: number;
  items: DeadLetterGroupReply[];
  until: string | null;
};
export type MovedReply = {
  count: number;
  more: boolean;
};
export type LetterKey = {
  handler: string;
  event_id: string;
};
export type LetterFilter = {
  handler?: string | null;
  name?: string | null;
  error?: string | null;
  until?: string | null;
};
export type DiscardReason =
  "done-otherwise" | "not-needed" | "cannot-be-handled" | "test-data";
export type DiscardRequest = {
  letters: LetterKey[] | LetterFilter;
  reason: DiscardReason;
  reference?: string | null;
};
export type RedriveRequest = {
  letters: LetterKey[] | LetterFilter;
};
export type ConversationRowReply = {
  conversation_id: string;
  started_at: string;
  channel: string;
  messages: number;
  reason: string | null;
  reason_title: string | null;
  sentiment: "negative" | "neutral" | "positive";
  outcome: ("answered" | "abstained" | "escalated") | null;
  preview: string | null;
};
export type ConversationRowsReply = {
  items: ConversationRowReply[];
  next: string | null;
};
export type MessageScoresReply = {
  message_id: string;
  at: string;
  language: string;
  sentiment: "negative" | "neutral" | "positive";
  sentiment_score: number;
  intent: string | null;
  intent_title: string | null;
  intent_score: number;
};
export type ConversationScoresReply = {
  conversation_id: string;
  reason: string | null;
  reason_title: string | null;
  sentiment: "negative" | "neutral" | "positive";
  outcome: ("answered" | "abstained" | "escalated") | null;
  messages: MessageScoresReply[];
};
export type RangeReply = {
  from: string;
  to: string;
  bucket: "hour" | "day";
};
export type CountReply = {
  value: number;
  previous: number;
};
export type SentimentCountsReply = {
  negative: number;
  neutral: number;
  positive: number;
  n: number;
  negative_share: number | null;
  interval: [number, number] | null;
};
export type DecisionCountsReply = {
  answered: number;
  abstained: number;
  escalated: number;
  n: number;
  answered_share: number | null;
  interval: [number, number] | null;
};
export type ReasonReply = {
  reason: string;
  title: string;
  area: string;
  conversations: number;
  share: number;
  interval: [number, number];
  negative_share: number;
};
export type PointReply = {
  at: string;
  conversations: number;
  customer_messages: number;
  negative: number;
  neutral: number;
  positive: number;
  answered: number;
  abstained: number;
  escalated: number;
};
export type OverviewReply = {
  range: RangeReply;
  conversations: CountReply;
  customer_messages: CountReply;
  sentiment: SentimentCountsReply;
  decisions: DecisionCountsReply;
  languages: {
    [key: string]: number;
  };
  reasons: ReasonReply[];
  series: PointReply[];
};
export type ReasonLabelReply = {
  reason: string;
  title: string;
  area: string;
};
export type ReasonLabelsReply = {
  items: ReasonLabelReply[];
};
export type ProgressReply = {
  done: number;
  total: number | null;
  rate_per_s: number | null;
  eta_s: number | null;
};
export type JobReply = {
  id: string;
  kind: string;
  status: string;
  progress: ProgressReply;
  result: {
    [key: string]: any;
  } | null;
  problem: {
    [key: string]: any;
  } | null;
  created_at: string;
  finished_at: string | null;
};
export type JobsReply = {
  items: JobReply[];
  next: string | null;
};
export type KeyReply = {
  id: string;
  name: string;
  scopes: string[];
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
  revoked_at: string | null;
};
export type KeysReply = {
  items: KeyReply[];
  next: string | null;
};
export type NewKeyReply = {
  id: string;
  name: string;
  scopes: string[];
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
  revoked_at: string | null;
  key: string;
};
export type KeyRequest = {
  name: string;
  scopes: string[];
  expires_at?: string | null;
};
export type HiddenSpanReply = {
  type: string;
  start: number;
  end: number;
  score: number;
  recognizer: string;
  safe_start: number;
  safe_end: number;
};
export type AnonymizedReply = {
  text: string;
  spans: HiddenSpanReply[];
};
export type ReceiptReply = {
  id: string;
  at: string;
  purpose: string;
  policy_version: string;
  recognizer_version: string;
  entities: {
    [key: string]: number;
  };
  texts: number;
  digest: string;
};
export type PolicyReply = {
  version: string;
  off: string[];
};
export type AnonymizationsReply = {
  session_id: string;
  results: AnonymizedReply[];
  receipt: ReceiptReply;
  policy: PolicyReply;
};
export type AnonymizationRequest = {
  texts: string[];
  session_id?: string | null;
  operators?: object;
  purpose?: ("model_call" | "analytics" | "export") | null;
};
export type ExplanationReply = {
  recognizer: string;
  pattern: string | null;
  context: string | null;
  checksum: string | null;
  score_before: number | null;
  rule: string;
};
export type FoundSpanReply = {
  type: string;
  start: number;
  end: number;
  score: number;
  recognizer: string;
  explanation?: ExplanationReply | null;
};
export type DetectionReply = {
  language: string;
  spans: FoundSpanReply[];
};
export type DetectionsReply = {
  results: DetectionReply[];
  policy: PolicyReply;
};
export type DetectionRequest = {
  texts: string[];
  language?: string | null;
  entities?: string[] | null;
  min_score?: number | null;
  purpose?: ("model_call" | "analytics" | "export") | null;
  explain?: boolean;
};
export type ConversationReply = {
  id: string;
  channel: string;
  status: string;
  groups: {
    [key: string]: string;
  };
  attributes: {
    [key: string]: string;
  };
  messages: number;
  started_at: string;
  last_at: string;
};
export type Role = "customer" | "agent" | "system";
export type MessageReply = {
  id: string;
  conversation_id: string;
  seq: number;
  role: Role;
  text: string;
  at: string;
};
export type MessagesReply = {
  items: MessageReply[];
  next: string | null;
};
export type CitationReply = {
  start: number;
  end: number;
  document_id: string;
  passage_id: string;
  quote: string;
};
export type ReplyReply = {
  id: string;
  conversation_id: string;
  message_id: string;
  status: "answered" | "abstained";
  action: "reply" | "handoff";
  text: string;
  citations: CitationReply[];
  confidence: number;
  reason: string | null;
  model: string;
  receipt: string;
  at: string;
};
export type ReplyRequest = {
  message_id?: string | null;
};
export type RepliesReply = {
  items: ReplyReply[];
  next: string | null;
};
export type PassageReply = {
  id: string;
  heading: string;
  text: string;
};
export type DocumentDetailReply = {
  id: string;
  title: string;
  format: string;
  audience: string;
  passages: number;
  updated_at: string;
  content: PassageReply[];
};
export type ScopeReply = {
  scope: string;
  description: string;
};
export type ScopesReply = {
  items: ScopeReply[];
};
export type UserReply = {
  id: string;
  name: string;
  email: string;
  role: string;
};
export type SessionReply = {
  user: UserReply;
  scopes: string[];
};
export type SessionRequest = {
  email: string;
};
export type SessionRequestWrite = {
  email: string;
  password: string;
};
export type SetupRequest = {
  token: string;
  name: string;
  email: string;
};
export type SetupRequestWrite = {
  token: string;
  name: string;
  email: string;
  password: string;
};
export const {
  useGatewayListDeadLettersQuery,
  useGatewaySummarizeDeadLettersQuery,
  useGatewayCreateDiscardMutation,
  useGatewayCreateRedriveMutation,
  useInsightsListScoredConversationsQuery,
  useInsightsGetScoredConversationQuery,
  useInsightsGetOverviewQuery,
  useInsightsListReasonsQuery,
  useGatewayListJobsQuery,
  useGatewayListKeysQuery,
  useGatewayCreateKeyMutation,
  useGatewayDeleteKeyMutation,
  usePrivacyCreateAnonymizationsMutation,
  usePrivacyCreateDetectionsMutation,
  useResponderGetConversationQuery,
  useResponderListMessagesQuery,
  useResponderCreateReplyMutation,
  useResponderListRepliesQuery,
  useResponderGetDocumentQuery,
  useGatewayListScopesQuery,
  useGatewayCreateSessionMutation,
  useGatewayGetCurrentSessionQuery,
  useGatewayDeleteCurrentSessionMutation,
  useGatewayCreateSetupMutation,
} = injectedRtkApi;
