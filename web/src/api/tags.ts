import { api } from './generated';

/** Which answers a call makes stale. Privacy calls have no tags: they are never optimistic or cached. */
export const taggedApi = api.enhanceEndpoints({
  addTagTypes: ['Session', 'Key', 'Reply', 'Insight', 'Job', 'Letter'],
  endpoints: {
    gatewayGetCurrentSession: { providesTags: ['Session'] },
    insightsGetOverview: { providesTags: ['Insight'] },
    insightsListScoredConversations: { providesTags: ['Insight'] },
    responderListReplies: { providesTags: ['Reply'] },
    responderCreateReply: { invalidatesTags: (result) => (result ? ['Reply', 'Insight'] : []) },
    gatewayListKeys: { providesTags: ['Key'] },
    gatewayCreateKey: { invalidatesTags: (result) => (result ? ['Key'] : []) },
    gatewayDeleteKey: { invalidatesTags: ['Key'] },
    gatewayListDeadLetters: { providesTags: ['Letter'] },
    gatewaySummarizeDeadLetters: { providesTags: ['Letter'] },
    // Also when refused: someone else may have moved them meanwhile.
    gatewayCreateRedrive: { invalidatesTags: ['Letter'] },
    gatewayCreateDiscard: { invalidatesTags: ['Letter'] },
    gatewayListJobs: { providesTags: ['Job'] },
  },
});
