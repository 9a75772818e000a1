import { baseApi as api } from "./base";
const injectedRtkApi = api.injectEndpoints({
  endpoints: (build) => ({
    gatewayGetJob: build.query<GatewayGetJobApiResponse, GatewayGetJobApiArg>({
      query: (queryArg) => ({
        url: `/v1/jobs/${encodeURIComponent(String(queryArg.jobId))}`,
      }),
    }),
    privacyPutConsent: build.mutation<
      PrivacyPutConsentApiResponse,
      PrivacyPutConsentApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/consents`,
        method: "PUT",
        body: queryArg.consentRequest,
      }),
    }),
    privacyListConsents: build.query<
      PrivacyListConsentsApiResponse,
      PrivacyListConsentsApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/consents`,
        params: {
          customer: queryArg.customer,
          cursor: queryArg.cursor,
          limit: queryArg.limit,
        },
      }),
    }),
    privacyListDatasets: build.query<
      PrivacyListDatasetsApiResponse,
      PrivacyListDatasetsApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/datasets`,
        params: {
          cursor: queryArg.cursor,
          limit: queryArg.limit,
        },
      }),
    }),
    privacyGetLedger: build.query<
      PrivacyGetLedgerApiResponse,
      PrivacyGetLedgerApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/datasets/${encodeURIComponent(String(queryArg.datasetId))}/ledger`,
        params: {
          cursor: queryArg.cursor,
          limit: queryArg.limit,
        },
      }),
    }),
    privacyListEntities: build.query<
      PrivacyListEntitiesApiResponse,
      PrivacyListEntitiesApiArg
    >({
      query: () => ({ url: `/v1/privacy/entities` }),
    }),
    privacyPutHold: build.mutation<
      PrivacyPutHoldApiResponse,
      PrivacyPutHoldApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/holds`,
        method: "PUT",
        body: queryArg.holdRequest,
      }),
    }),
    privacyLiftHold: build.mutation<
      PrivacyLiftHoldApiResponse,
      PrivacyLiftHoldApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/holds/lifted`,
        method: "POST",
        body: queryArg.holdLift,
      }),
    }),
    privacyGetLeaks: build.query<
      PrivacyGetLeaksApiResponse,
      PrivacyGetLeaksApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/leaks`,
        params: {
          days: queryArg.days,
        },
      }),
    }),
    privacyListOperators: build.query<
      PrivacyListOperatorsApiResponse,
      PrivacyListOperatorsApiArg
    >({
      query: () => ({ url: `/v1/privacy/operators` }),
    }),
    privacyListPolicies: build.query<
      PrivacyListPoliciesApiResponse,
      PrivacyListPoliciesApiArg
    >({
      query: () => ({ url: `/v1/privacy/policies` }),
    }),
    privacySavePolicy: build.mutation<
      PrivacySavePolicyApiResponse,
      PrivacySavePolicyApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/policies/${encodeURIComponent(String(queryArg.purpose))}`,
        method: "PUT",
        body: queryArg.policyBody,
      }),
    }),
    privacyListPolicyDifferences: build.query<
      PrivacyListPolicyDifferencesApiResponse,
      PrivacyListPolicyDifferencesApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/policies/${encodeURIComponent(String(queryArg.purpose))}/differences`,
        params: {
          before: queryArg.before,
          after: queryArg.after,
        },
      }),
    }),
    privacyCreateRollback: build.mutation<
      PrivacyCreateRollbackApiResponse,
      PrivacyCreateRollbackApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/policies/${encodeURIComponent(String(queryArg.purpose))}/rollbacks`,
        method: "POST",
        body: queryArg.rollbackBody,
      }),
    }),
    privacyListPolicyVersions: build.query<
      PrivacyListPolicyVersionsApiResponse,
      PrivacyListPolicyVersionsApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/policies/${encodeURIComponent(String(queryArg.purpose))}/versions`,
        params: {
          cursor: queryArg.cursor,
          limit: queryArg.limit,
        },
      }),
    }),
    privacyCreatePolicyTest: build.mutation<
      PrivacyCreatePolicyTestApiResponse,
      PrivacyCreatePolicyTestApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/policy-tests`,
        method: "POST",
        body: queryArg.policyTestBody,
      }),
    }),
    privacyGetPurposes: build.query<
      PrivacyGetPurposesApiResponse,
      PrivacyGetPurposesApiArg
    >({
      query: () => ({ url: `/v1/privacy/purposes` }),
    }),
    privacyPutPurposes: build.mutation<
      PrivacyPutPurposesApiResponse,
      PrivacyPutPurposesApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/purposes`,
        method: "PUT",
        body: queryArg.purposesBody,
      }),
    }),
    privacyListRecognizers: build.query<
      PrivacyListRecognizersApiResponse,
      PrivacyListRecognizersApiArg
    >({
      query: () => ({ url: `/v1/privacy/recognizers` }),
    }),
    privacyCreateRecognizer: build.mutation<
      PrivacyCreateRecognizerApiResponse,
      PrivacyCreateRecognizerApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/recognizers`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
    privacyGetRecognizer: build.query<
      PrivacyGetRecognizerApiResponse,
      PrivacyGetRecognizerApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/recognizers/${encodeURIComponent(String(queryArg.name))}`,
      }),
    }),
    privacySaveRecognizer: build.mutation<
      PrivacySaveRecognizerApiResponse,
      PrivacySaveRecognizerApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/recognizers/${encodeURIComponent(String(queryArg.name))}`,
        method: "PUT",
        body: queryArg.body,
      }),
    }),
    privacyDeleteRecognizer: build.mutation<
      PrivacyDeleteRecognizerApiResponse,
      PrivacyDeleteRecognizerApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/recognizers/${encodeURIComponent(String(queryArg.name))}`,
        method: "DELETE",
      }),
    }),
    privacyCreateRequest: build.mutation<
      PrivacyCreateRequestApiResponse,
      PrivacyCreateRequestApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/requests`,
        method: "POST",
        body: queryArg.rightsRequest,
      }),
    }),
    privacyListRequests: build.query<
      PrivacyListRequestsApiResponse,
      PrivacyListRequestsApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/requests`,
        params: {
          kind: queryArg.kind,
          status: queryArg.status,
          cursor: queryArg.cursor,
          limit: queryArg.limit,
        },
      }),
    }),
    privacyGetRequest: build.query<
      PrivacyGetRequestApiResponse,
      PrivacyGetRequestApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/requests/${encodeURIComponent(String(queryArg.requestId))}`,
      }),
    }),
    privacyGetReceipt: build.query<
      PrivacyGetReceiptApiResponse,
      PrivacyGetReceiptApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/requests/${encodeURIComponent(String(queryArg.requestId))}/receipt`,
      }),
    }),
    privacyGetRetention: build.query<
      PrivacyGetRetentionApiResponse,
      PrivacyGetRetentionApiArg
    >({
      query: () => ({ url: `/v1/privacy/retention` }),
    }),
    privacyPutRetention: build.mutation<
      PrivacyPutRetentionApiResponse,
      PrivacyPutRetentionApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/retention`,
        method: "PUT",
        body: queryArg.retentionBody,
      }),
    }),
    privacyCreateRun: build.mutation<
      PrivacyCreateRunApiResponse,
      PrivacyCreateRunApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/retention/runs`,
        method: "POST",
        body: queryArg.runRequest,
      }),
    }),
    privacyListRuns: build.query<
      PrivacyListRunsApiResponse,
      PrivacyListRunsApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/retention/runs`,
        params: {
          cursor: queryArg.cursor,
          limit: queryArg.limit,
        },
      }),
    }),
    privacyGetRun: build.query<PrivacyGetRunApiResponse, PrivacyGetRunApiArg>({
      query: (queryArg) => ({
        url: `/v1/privacy/retention/runs/${encodeURIComponent(String(queryArg.runId))}`,
      }),
    }),
    privacyCreateReveal: build.mutation<
      PrivacyCreateRevealApiResponse,
      PrivacyCreateRevealApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/reveals`,
        method: "POST",
        body: queryArg.revealRequest,
      }),
    }),
    privacyListReveals: build.query<
      PrivacyListRevealsApiResponse,
      PrivacyListRevealsApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/reveals`,
        params: {
          cursor: queryArg.cursor,
          limit: queryArg.limit,
        },
      }),
    }),
    privacyCreateStatistic: build.mutation<
      PrivacyCreateStatisticApiResponse,
      PrivacyCreateStatisticApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/statistics`,
        method: "POST",
        body: queryArg.statisticRequest,
      }),
    }),
    privacyCreateTableRelease: build.mutation<
      PrivacyCreateTableReleaseApiResponse,
      PrivacyCreateTableReleaseApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/table-releases`,
        method: "POST",
        body: queryArg.tableReleaseRequest,
      }),
    }),
    privacyListTableReleases: build.query<
      PrivacyListTableReleasesApiResponse,
      PrivacyListTableReleasesApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/table-releases`,
        params: {
          cursor: queryArg.cursor,
          limit: queryArg.limit,
        },
      }),
    }),
    privacyGetTableRelease: build.query<
      PrivacyGetTableReleaseApiResponse,
      PrivacyGetTableReleaseApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/table-releases/${encodeURIComponent(String(queryArg.releaseId))}`,
      }),
    }),
    privacyDeleteTableRelease: build.mutation<
      PrivacyDeleteTableReleaseApiResponse,
      PrivacyDeleteTableReleaseApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/table-releases/${encodeURIComponent(String(queryArg.releaseId))}`,
        method: "DELETE",
      }),
    }),
    privacyCreateTable: build.mutation<
      PrivacyCreateTableApiResponse,
      PrivacyCreateTableApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/tables`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
    privacyListTables: build.query<
      PrivacyListTablesApiResponse,
      PrivacyListTablesApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/tables`,
        params: {
          project_id: queryArg.projectId,
          cursor: queryArg.cursor,
          limit: queryArg.limit,
        },
      }),
    }),
    privacyGetTable: build.query<
      PrivacyGetTableApiResponse,
      PrivacyGetTableApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/tables/${encodeURIComponent(String(queryArg.tableId))}`,
      }),
    }),
    privacyDeleteTable: build.mutation<
      PrivacyDeleteTableApiResponse,
      PrivacyDeleteTableApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/tables/${encodeURIComponent(String(queryArg.tableId))}`,
        method: "DELETE",
      }),
    }),
    privacyListTraffic: build.query<
      PrivacyListTrafficApiResponse,
      PrivacyListTrafficApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/traffic`,
        params: {
          cursor: queryArg.cursor,
          purpose: queryArg.purpose,
          session_id: queryArg.sessionId,
          limit: queryArg.limit,
        },
      }),
    }),
    privacyGetTraffic: build.query<
      PrivacyGetTrafficApiResponse,
      PrivacyGetTrafficApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/traffic/${encodeURIComponent(String(queryArg.passageId))}`,
      }),
    }),
    privacyRevealTraffic: build.mutation<
      PrivacyRevealTrafficApiResponse,
      PrivacyRevealTrafficApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/privacy/traffic/${encodeURIComponent(String(queryArg.passageId))}/originals`,
        method: "POST",
        body: queryArg.revealBody,
      }),
    }),
  }),
  overrideExisting: false,
});
export { injectedRtkApi as privacyApi };
export type GatewayGetJobApiResponse =
  /** status 200 Successful Response */ JobReply;
export type GatewayGetJobApiArg = {
  jobId: string;
};
export type PrivacyPutConsentApiResponse =
  /** status 200 Successful Response */ ConsentReply;
export type PrivacyPutConsentApiArg = {
  consentRequest: ConsentRequest;
};
export type PrivacyListConsentsApiResponse =
  /** status 200 Successful Response */ ConsentsReply;
export type PrivacyListConsentsApiArg = {
  customer?: string | null;
  cursor?: string | null;
  limit?: number;
};
export type PrivacyListDatasetsApiResponse =
  /** status 200 Successful Response */ DatasetsReply;
export type PrivacyListDatasetsApiArg = {
  cursor?: string | null;
  limit?: number;
};
export type PrivacyGetLedgerApiResponse =
  /** status 200 Successful Response */ LedgerReply;
export type PrivacyGetLedgerApiArg = {
  datasetId: string;
  cursor?: string | null;
  limit?: number;
};
export type PrivacyListEntitiesApiResponse =
  /** status 200 Successful Response */ EntitiesReply;
export type PrivacyListEntitiesApiArg = void;
export type PrivacyPutHoldApiResponse =
  /** status 200 Successful Response */ HoldReply;
export type PrivacyPutHoldApiArg = {
  holdRequest: HoldRequest;
};
export type PrivacyLiftHoldApiResponse = unknown;
export type PrivacyLiftHoldApiArg = {
  holdLift: HoldLift;
};
export type PrivacyGetLeaksApiResponse =
  /** status 200 Successful Response */ LeaksReply;
export type PrivacyGetLeaksApiArg = {
  days?: number;
};
export type PrivacyListOperatorsApiResponse =
  /** status 200 Successful Response */ OperatorsReply;
export type PrivacyListOperatorsApiArg = void;
export type PrivacyListPoliciesApiResponse =
  /** status 200 Successful Response */ PoliciesReply;
export type PrivacyListPoliciesApiArg = void;
export type PrivacySavePolicyApiResponse =
  /** status 200 Successful Response */ SavedPolicyReply;
export type PrivacySavePolicyApiArg = {
  purpose: "default" | "model_call" | "analytics" | "export" | "support_view";
  policyBody: PolicyBody;
};
export type PrivacyListPolicyDifferencesApiResponse =
  /** status 200 Successful Response */ DifferencesReply;
export type PrivacyListPolicyDifferencesApiArg = {
  purpose: "default" | "model_call" | "analytics" | "export" | "support_view";
  before: number;
  after: number;
};
export type PrivacyCreateRollbackApiResponse =
  /** status 200 Successful Response */ SavedPolicyReply;
export type PrivacyCreateRollbackApiArg = {
  purpose: "default" | "model_call" | "analytics" | "export" | "support_view";
  rollbackBody: RollbackBody;
};
export type PrivacyListPolicyVersionsApiResponse =
  /** status 200 Successful Response */ PolicyVersionsReply;
export type PrivacyListPolicyVersionsApiArg = {
  purpose: "default" | "model_call" | "analytics" | "export" | "support_view";
  cursor?: number | null;
  limit?: number;
};
export type PrivacyCreatePolicyTestApiResponse =
  /** status 200 Successful Response */ PolicyTestReply;
export type PrivacyCreatePolicyTestApiArg = {
  policyTestBody: PolicyTestBody;
};
export type PrivacyGetPurposesApiResponse =
  /** status 200 Successful Response */ PurposesReply;
export type PrivacyGetPurposesApiArg = void;
export type PrivacyPutPurposesApiResponse =
  /** status 200 Successful Response */ PurposesReply;
export type PrivacyPutPurposesApiArg = {
  purposesBody: PurposesBody;
};
export type PrivacyListRecognizersApiResponse =
  /** status 200 Successful Response */ RecognizersReply;
export type PrivacyListRecognizersApiArg = void;
export type PrivacyCreateRecognizerApiResponse =
  /** status 201 Successful Response */ WholeRecognizerReply;
export type PrivacyCreateRecognizerApiArg = {
  body:
    | ({
        kind: "pattern";
      } & PatternSpec)
    | ({
        kind: "list";
      } & ListSpec)
    | ({
        kind: "remote";
      } & RemoteSpec);
};
export type PrivacyGetRecognizerApiResponse =
  /** status 200 Successful Response */ WholeRecognizerReply;
export type PrivacyGetRecognizerApiArg = {
  name: string;
};
export type PrivacySaveRecognizerApiResponse =
  /** status 200 Successful Response */ WholeRecognizerReply;
export type PrivacySaveRecognizerApiArg = {
  name: string;
  body:
    | ({
        kind: "pattern";
      } & PatternSpec)
    | ({
        kind: "list";
      } & ListSpec)
    | ({
        kind: "remote";
      } & RemoteSpec);
};
export type PrivacyDeleteRecognizerApiResponse = unknown;
export type PrivacyDeleteRecognizerApiArg = {
  name: string;
};
export type PrivacyCreateRequestApiResponse =
  /** status 202 Successful Response */ RightsReply;
export type PrivacyCreateRequestApiArg = {
  rightsRequest: RightsRequest;
};
export type PrivacyListRequestsApiResponse =
  /** status 200 Successful Response */ RightsRequestsReply;
export type PrivacyListRequestsApiArg = {
  kind?: ("erasure" | "export" | "retention") | null;
  status?:
    ("running" | "done" | "ready" | "expired" | "cancelled" | "failed") | null;
  cursor?: string | null;
  limit?: number;
};
export type PrivacyGetRequestApiResponse =
  /** status 200 Successful Response */ RightsReply;
export type PrivacyGetRequestApiArg = {
  requestId: string;
};
export type PrivacyGetReceiptApiResponse =
  /** status 200 Successful Response */ RightsReceiptReply;
export type PrivacyGetReceiptApiArg = {
  requestId: string;
};
export type PrivacyGetRetentionApiResponse =
  /** status 200 Successful Response */ RetentionReply;
export type PrivacyGetRetentionApiArg = void;
export type PrivacyPutRetentionApiResponse =
  /** status 200 Successful Response */ RetentionReply;
export type PrivacyPutRetentionApiArg = {
  retentionBody: RetentionBody;
};
export type PrivacyCreateRunApiResponse =
  /** status 202 Successful Response */ RunReply;
export type PrivacyCreateRunApiArg = {
  runRequest: RunRequest;
};
export type PrivacyListRunsApiResponse =
  /** status 200 Successful Response */ RunsReply;
export type PrivacyListRunsApiArg = {
  cursor?: string | null;
  limit?: number;
};
export type PrivacyGetRunApiResponse =
  /** status 200 Successful Response */ RunReply;
export type PrivacyGetRunApiArg = {
  runId: string;
};
export type PrivacyCreateRevealApiResponse =
  /** status 201 Successful Response */ ShownReply;
export type PrivacyCreateRevealApiArg = {
  revealRequest: RevealRequest;
};
export type PrivacyListRevealsApiResponse =
  /** status 200 Successful Response */ RevealsReply;
export type PrivacyListRevealsApiArg = {
  cursor?: string | null;
  limit?: number;
};
export type PrivacyCreateStatisticApiResponse =
  /** status 201 Successful Response */ StatisticReply;
export type PrivacyCreateStatisticApiArg = {
  statisticRequest: StatisticRequest;
};
export type PrivacyCreateTableReleaseApiResponse =
  /** status 202 Successful Response */ TableReleaseReply;
export type PrivacyCreateTableReleaseApiArg = {
  tableReleaseRequest: TableReleaseRequest;
};
export type PrivacyListTableReleasesApiResponse =
  /** status 200 Successful Response */ TableReleasesReply;
export type PrivacyListTableReleasesApiArg = {
  cursor?: string | null;
  limit?: number;
};
export type PrivacyGetTableReleaseApiResponse =
  /** status 200 Successful Response */ TableReleaseReply;
export type PrivacyGetTableReleaseApiArg = {
  releaseId: string;
};
export type PrivacyDeleteTableReleaseApiResponse = unknown;
export type PrivacyDeleteTableReleaseApiArg = {
  releaseId: string;
};
export type PrivacyCreateTableApiResponse =
  /** status 201 Successful Response */ TableReply;
export type PrivacyCreateTableApiArg = {
  body: {
    file: Blob;
    format?: "csv" | "parquet" | "json" | "jsonl";
    /** Tables of one project share their stand-ins. */
    project_id?: string;
    /** Name under which the privacy budget is kept. */
    dataset?: string;
    /** A number above 0; 1 by default. It never changes. */
    epsilon_budget?: string;
    /** Most rows that one person has; 1 by default. */
    rows_per_person?: string;
  };
};
export type PrivacyListTablesApiResponse =
  /** status 200 Successful Response */ TablesReply;
export type PrivacyListTablesApiArg = {
  projectId?: string | null;
  cursor?: string | null;
  limit?: number;
};
export type PrivacyGetTableApiResponse =
  /** status 200 Successful Response */ TableReply;
export type PrivacyGetTableApiArg = {
  tableId: string;
};
export type PrivacyDeleteTableApiResponse = unknown;
export type PrivacyDeleteTableApiArg = {
  tableId: string;
};
export type PrivacyListTrafficApiResponse =
  /** status 200 Successful Response */ TrafficPageReply;
export type PrivacyListTrafficApiArg = {
  cursor?: string | null;
  purpose?: string | null;
  sessionId?: string | null;
  limit?: number;
};
export type PrivacyGetTrafficApiResponse =
  /** status 200 Successful Response */ TrafficReply;
export type PrivacyGetTrafficApiArg = {
  passageId: string;
};
export type PrivacyRevealTrafficApiResponse =
  /** status 200 Successful Response */ OriginalsReply;
export type PrivacyRevealTrafficApiArg = {
  passageId: string;
  revealBody: RevealBody;
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
export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
};
export type Purpose = "model_call" | "analytics" | "export" | "training";
export type ConsentReply = {
  subject: string;
  purpose: Purpose;
  granted: boolean;
  source: string;
  at: string;
  recorded_at: string;
  actor: string;
};
export type ConsentRequest = {
  customer: string;
  purpose: Purpose;
  granted: boolean;
  source: string;
  at?: string | null;
};
export type ConsentsReply = {
  items: ConsentReply[];
  next: string | null;
};
export type DatasetReply = {
  id: string;
  name: string;
  epsilon_budget: number;
  epsilon_spent: number;
  epsilon_left: number;
  rows_per_person: number;
  created_at: string;
};
export type DatasetsReply = {
  items: DatasetReply[];
  next: string | null;
};
export type StatisticReply = {
  id: string;
  dataset_id: string;
  query: {
    [key: string]: any;
  };
  epsilon: number;
  result: {
    [key: string]: any;
  } | null;
  created_at: string;
};
export type LedgerReply = {
  id: string;
  name: string;
  epsilon_budget: number;
  epsilon_spent: number;
  epsilon_left: number;
  rows_per_person: number;
  created_at: string;
  items: StatisticReply[];
  next: string | null;
};
export type EntityReply = {
  type: string;
  description: string;
  default_on: boolean;
  country: string | null;
  checksum: string | null;
  protected: boolean;
  recognizers: string[];
};
export type EntitiesReply = {
  items: EntityReply[];
};
export type HoldReply = {
  subject: string;
  reason: string;
  actor: string;
  at: string;
};
export type HoldRequest = {
  customer: string;
  reason: string;
};
export type HoldLift = {
  customer: string;
};
export type LeakDayReply = {
  day: string;
  texts: number;
  flagged: number;
  found: {
    [key: string]: number;
  };
};
export type IntervalReply = {
  low: number;
  high: number;
};
export type LeaksReply = {
  rate: number;
  days: LeakDayReply[];
  texts: number;
  flagged: number;
  share: number | null;
  interval: IntervalReply | null;
};
export type OperatorsReply = {
  items: {
    [key: string]: any;
  }[];
};
export type Allow = {
  values?: string[];
  patterns?: string[];
  ignore_case?: boolean;
  whole?: boolean;
};
export type Deny = {
  entity: string;
  words: string[];
  whole_words?: boolean;
  ignore_case?: boolean;
};
export type Policy = {
  entities?: object;
  allow?: Allow | null;
  deny?: Deny[] | null;
  recognizers?: string[] | null;
};
export type SavedPolicyReply = {
  purpose: "default" | "model_call" | "analytics" | "export" | "support_view";
  version: number;
  policy: Policy;
  note: string;
  author: string;
  at: string | null;
};
export type PoliciesReply = {
  items: SavedPolicyReply[];
};
export type PolicyBody = {
  policy: Policy;
  note?: string;
  based_on?: number | null;
};
export type DifferenceReply = {
  place: string;
  before: any;
  after: any;
  added: any[];
  removed: any[];
};
export type DifferencesReply = {
  items: DifferenceReply[];
};
export type RollbackBody = {
  version: number;
  note?: string;
};
export type PolicyVersionsReply = {
  items: SavedPolicyReply[];
  next: string | null;
};
export type PolicyReply = {
  version: string;
  off: string[];
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
export type LetGoReply = {
  type: string;
  start: number;
  end: number;
  score: number;
  rule: string;
};
export type ChangeReply = {
  change: "added" | "removed";
  type: string;
  start: number;
  end: number;
};
export type TriedReply = {
  text: string;
  spans: FoundSpanReply[];
  let_go: LetGoReply[];
  live_text: string;
  differences: ChangeReply[];
};
export type PolicyTestReply = {
  policy: PolicyReply;
  live: PolicyReply;
  results: TriedReply[];
};
export type PolicyTestBody = {
  texts: string[];
  purpose?: "default" | "model_call" | "analytics" | "export" | "support_view";
  policy?: Policy | null;
};
export type Rule = "allowed" | "opt_out" | "demanded";
export type PurposesReply = {
  model_call: Rule;
  analytics: Rule;
  export: Rule;
  training: Rule;
};
export type PurposesBody = {
  model_call?: Rule | null;
  analytics?: Rule | null;
  export?: Rule | null;
  training?: Rule | null;
};
export type RecognizerReply = {
  name: string;
  kind: "pattern" | "list" | "remote";
  description: string;
  entities: string[];
  size: number;
  version: number;
  author: string;
  at: string;
};
export type RecognizersReply = {
  items: RecognizerReply[];
};
export type ListSpec = {
  name: string;
  description?: string;
  kind: "list";
  entity: string;
  words: string[];
  whole_words?: boolean;
  ignore_case?: boolean;
  score?: number;
};
export type OnePattern = {
  regex: string;
  score?: number;
};
export type PatternSpec = {
  name: string;
  description?: string;
  kind: "pattern";
  entity: string;
  patterns: OnePattern[];
  context?: string[];
};
export type RemoteSpec = {
  name: string;
  description?: string;
  kind: "remote";
  url: string;
  entities: string[];
  timeout_s?: number;
};
export type WholeRecognizerReply = {
  name: string;
  kind: "pattern" | "list" | "remote";
  description: string;
  entities: string[];
  size: number;
  version: number;
  author: string;
  at: string;
  spec:
    | ({
        kind: "list";
      } & ListSpec)
    | ({
        kind: "pattern";
      } & PatternSpec)
    | ({
        kind: "remote";
      } & RemoteSpec);
};
export type PartReply = {
  service: string;
  state: "waiting" | "done" | "failed" | "overdue";
  at: string | null;
  counts: {
    [key: string]: number;
  };
};
export type RightsReply = {
  id: string;
  kind: "erasure" | "export" | "retention";
  target: string;
  subject: string | null;
  reason: string;
  status: "running" | "done" | "ready" | "expired" | "cancelled" | "failed";
  actor: string;
  created_at: string;
  due_at: string;
  done_at: string | null;
  job: string | null;
  parts: PartReply[];
};
export type RightsRequest = {
  kind: "erasure" | "export";
  customer?: string | null;
  conversation_id?: string | null;
  session_id?: string | null;
  reason: string;
};
export type RightsRequestsReply = {
  items: RightsReply[];
  next: string | null;
};
export type RightsReceiptReply = {
  request: string;
  kind: string;
  digest: string;
  signature: string;
  genuine: boolean;
  facts: {
    [key: string]: any;
  };
};
export type RetentionReply = {
  conversations: number | null;
  sessions: number | null;
  decisions: number | null;
  imports: number | null;
};
export type RetentionBody = {
  conversations?: number | null;
  sessions?: number | null;
  decisions?: number | null;
  imports?: number | null;
};
export type ClassReply = {
  data_class: string;
  service: string;
  total: number;
  months: {
    [key: string]: number;
  };
  oldest: string | null;
  held: number;
};
export type RunReply = {
  id: string;
  dry_run: boolean;
  status: "running" | "done";
  actor: string;
  created_at: string;
  done_at: string | null;
  classes: ClassReply[];
};
export type RunRequest = {
  dry_run: boolean;
};
export type RunsReply = {
  items: RunReply[];
  next: string | null;
};
export type ValueReply = {
  placeholder: string;
  type: string;
  value: string;
};
export type ShownReply = {
  id: string;
  values: ValueReply[];
};
export type RevealReason =
  "customer-request" | "fraud" | "legal" | "support" | "quality" | "other";
export type ReasonBody = {
  code: RevealReason;
  text: string;
};
export type RevealRequest = {
  session_id?: string | null;
  conversation_id?: string | null;
  placeholders?: string[] | null;
  reason: ReasonBody;
};
export type RevealReply = {
  id: string;
  at: string;
  actor: string;
  session_id: string;
  reason: string;
  text: string;
  types: {
    [key: string]: number;
  };
  values: number;
};
export type RevealsReply = {
  items: RevealReply[];
  next: string | null;
};
export type StatisticRequest = {
  table_id: string;
  statistic: "count" | "sum" | "mean" | "histogram";
  epsilon: number;
  column?: string | null;
  bounds?: number[] | null;
  step?: number;
  keys?: string[] | null;
  edges?: number[] | null;
  where?: {
    [key: string]: string;
  };
};
export type ReleasedFileReply = {
  table_id: string;
  format: string;
  size_bytes: number;
  url: string;
  report: {
    [key: string]: any;
  };
};
export type TableReleaseReply = {
  id: string;
  project_id: string;
  job_id: string;
  job_url: string;
  available: boolean;
  files: ReleasedFileReply[] | null;
  created_at: string;
  expires_at: string;
};
export type HierarchyBody = {
  kind: "numeric" | "age" | "date" | "prefix" | "tree" | "top" | "suppress";
  widths?: number[] | null;
  origin?: number | null;
  top_from?: number | null;
  keep?: number[] | null;
  parents?: {
    [key: string]: string[];
  } | null;
};
export type ColumnBody = {
  name: string;
  role: "direct" | "quasi" | "sensitive" | "text" | "none";
  entity?: string | null;
  operator?: {
    [key: string]: any;
  } | null;
  operators?: {
    [key: string]: {
      [key: string]: any;
    };
  } | null;
  hierarchy?: HierarchyBody | null;
  level?: number | null;
  l?: number | null;
  l_kind?: ("distinct" | "entropy") | null;
  t?: number | null;
  distance?: ("ordered" | "equal") | null;
};
export type TablePlanBody = {
  table_id: string;
  columns: ColumnBody[];
  k?: number | null;
  max_suppressed?: number | null;
  subject?: string | null;
};
export type TableReleaseRequest = {
  tables: TablePlanBody[];
  format?: ("csv" | "parquet" | "json" | "jsonl") | null;
  keep_tables?: boolean;
};
export type TableReleasesReply = {
  items: TableReleaseReply[];
  next: string | null;
};
export type ColumnReasonReply = {
  code: string;
  n?: number | null;
  of?: number | null;
  entity?: string | null;
};
export type TableColumnReply = {
  name: string;
  kind: string;
  n: number;
  missing: number;
  distinct: number;
  role: "direct" | "quasi" | "sensitive" | "text" | "none";
  entity: string | null;
  reasons: ColumnReasonReply[];
};
export type TableReply = {
  id: string;
  project_id: string;
  dataset_id: string;
  format: string;
  rows: number;
  columns: TableColumnReply[];
  available: boolean;
  created_at: string;
  expires_at: string;
};
export type TablesReply = {
  items: TableReply[];
  next: string | null;
};
export type TrafficReply = {
  id: string;
  at: string;
  purpose: string;
  actor: string;
  session_id: string;
  policy_version: string;
  entities: {
    [key: string]: number;
  };
  texts: string[];
  n: number;
  digest: string;
};
export type TrafficPageReply = {
  items: TrafficReply[];
  next: string | null;
};
export type OriginalsReply = {
  texts: string[];
};
export type RevealBody = {
  reason: string;
};
export const {
  useGatewayGetJobQuery,
  usePrivacyPutConsentMutation,
  usePrivacyListConsentsQuery,
  usePrivacyListDatasetsQuery,
  usePrivacyGetLedgerQuery,
  usePrivacyListEntitiesQuery,
  usePrivacyPutHoldMutation,
  usePrivacyLiftHoldMutation,
  usePrivacyGetLeaksQuery,
  usePrivacyListOperatorsQuery,
  usePrivacyListPoliciesQuery,
  usePrivacySavePolicyMutation,
  usePrivacyListPolicyDifferencesQuery,
  usePrivacyCreateRollbackMutation,
  usePrivacyListPolicyVersionsQuery,
  usePrivacyCreatePolicyTestMutation,
  usePrivacyGetPurposesQuery,
  usePrivacyPutPurposesMutation,
  usePrivacyListRecognizersQuery,
  usePrivacyCreateRecognizerMutation,
  usePrivacyGetRecognizerQuery,
  usePrivacySaveRecognizerMutation,
  usePrivacyDeleteRecognizerMutation,
  usePrivacyCreateRequestMutation,
  usePrivacyListRequestsQuery,
  usePrivacyGetRequestQuery,
  usePrivacyGetReceiptQuery,
  usePrivacyGetRetentionQuery,
  usePrivacyPutRetentionMutation,
  usePrivacyCreateRunMutation,
  usePrivacyListRunsQuery,
  usePrivacyGetRunQuery,
  usePrivacyCreateRevealMutation,
  usePrivacyListRevealsQuery,
  usePrivacyCreateStatisticMutation,
  usePrivacyCreateTableReleaseMutation,
  usePrivacyListTableReleasesQuery,
  usePrivacyGetTableReleaseQuery,
  usePrivacyDeleteTableReleaseMutation,
  usePrivacyCreateTableMutation,
  usePrivacyListTablesQuery,
  usePrivacyGetTableQuery,
  usePrivacyDeleteTableMutation,
  usePrivacyListTrafficQuery,
  usePrivacyGetTrafficQuery,
  usePrivacyRevealTrafficMutation,
} = injectedRtkApi;
