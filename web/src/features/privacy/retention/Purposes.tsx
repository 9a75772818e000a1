import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Purpose,
  type Rule,
  usePrivacyGetPurposesQuery,
  usePrivacyPutPurposesMutation,
} from '../../../api/generatedPrivacy';
import { problemOf } from '../../../api/problem';
import { ConfirmDialog } from '../../../shared/components/ConfirmDialog';
import { QueryState } from '../../../shared/components/QueryState';
import { Section } from '../../../shared/components/Section';

export const PURPOSES: readonly Purpose[] = ['model_call', 'analytics', 'export', 'training'];
const RULES: readonly Rule[] = ['allowed', 'opt_out', 'demanded'];

/** When customers' texts may be used for what; a change is asked about, then heeded everywhere. */
export function Purposes({ onNote }: { onNote: (text: string) => void }) {
  const { t } = useTranslation();
  const query = usePrivacyGetPurposesQuery(undefined, { refetchOnMountOrArgChange: true });
  const [put, { isLoading, error, reset }] = usePrivacyPutPurposesMutation();
  const [asked, setAsked] = useState<{ purpose: Purpose; rule: Rule }>();
  const confirm = async () => {
    if (!asked) return;
    const { data } = await put({ purposesBody: { [asked.purpose]: asked.rule } });
    if (!data) return;
    setAsked(undefined);
    onNote(t('retention.purposes.saved'));
  };
  return (
    <Section title={t('retention.purposes.title')} text={t('retention.purposes.text')}>
      <QueryState query={query} skeleton={<Skeleton variant="rounded" height="4rem" />}>
        {(rules) => (
          <Box
            sx={{
              display: 'grid',
              gap: 2,
              gridTemplateColumns: { xs: '1fr', sm: '1fr 1fr', lg: 'repeat(4, 1fr)' },
            }}
          >
            {PURPOSES.map((purpose) => (
              <TextField
                key={purpose}
                select
                label={t(`retention.purpose.${purpose}`)}
                value={rules[purpose]}
                onChange={(event) => setAsked({ purpose, rule: event.target.value as Rule })}
                slotProps={{ select: { native: true } }}
              >
                {RULES.map((rule) => (
                  <option key={rule} value={rule}>
                    {t(`retention.rule.${rule}`)}
                  </option>
                ))}
              </TextField>
            ))}
          </Box>
        )}
      </QueryState>
      {asked && (
        <ConfirmDialog
          title={t('retention.purposes.ask', { purpose: t(`retention.purpose.${asked.purpose}`) })}
          text={t(`retention.purposes.means.${asked.rule}`)}
          confirm={t('retention.purposes.confirm')}
          color="primary"
          busy={isLoading}
          problem={problemOf(error)}
          onClose={() => {
            reset();
            setAsked(undefined);
          }}
          onConfirm={() => void confirm()}
        />
      )}
    </Section>
  );
}
