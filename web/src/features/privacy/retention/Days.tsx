import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type RetentionReply,
  usePrivacyGetRetentionQuery,
  usePrivacyPutRetentionMutation,
} from '../../../api/generatedPrivacy';
import { problemOf } from '../../../api/problem';
import { ConfirmDialog } from '../../../shared/components/ConfirmDialog';
import { QueryState } from '../../../shared/components/QueryState';
import { Section } from '../../../shared/components/Section';

type Class = keyof RetentionReply;
const CLASSES: readonly Class[] = ['conversations', 'sessions', 'decisions', 'imports'];
const MOST_DAYS = 36_500;

const asText = (days: number | null) => (days === null ? '' : String(days));
const asDays = (text: string) => (text.trim() === '' ? null : Number(text));

function wrong(text: string): boolean {
  const days = asDays(text);
  return days !== null && !(Number.isInteger(days) && days >= 1 && days <= MOST_DAYS);
}

/** Whether data would go sooner than before. */
const sooner = (before: number | null, after: number | null) =>
  after !== null && (before === null || after < before);

function Form({ kept, onNote }: { kept: RetentionReply; onNote: (text: string) => void }) {
  const { t } = useTranslation();
  const [save, { isLoading, error, reset }] = usePrivacyPutRetentionMutation();
  const [texts, setTexts] = useState<Record<Class, string>>(
    () => Object.fromEntries(CLASSES.map((each) => [each, asText(kept[each])])) as never,
  );
  const [asking, setAsking] = useState(false);
  const changed = CLASSES.filter((each) => asDays(texts[each]) !== kept[each]);
  const shorter = changed.some((each) => sooner(kept[each], asDays(texts[each])));
  const bad = CLASSES.some((each) => wrong(texts[each]));
  const confirm = async () => {
    const body = Object.fromEntries(changed.map((each) => [each, asDays(texts[each])]));
    const { data } = await save({ retentionBody: body });
    if (!data) return;
    setAsking(false);
    onNote(t('retention.days.saved'));
  };
  return (
    <>
      <Box
        sx={{
          display: 'grid',
          gap: 2,
          gridTemplateColumns: { xs: '1fr', sm: '1fr 1fr', lg: 'repeat(4, 1fr)' },
        }}
      >
        {CLASSES.map((each) => (
          <TextField
            key={each}
            type="number"
            label={t(`retention.class.${each}`)}
            value={texts[each]}
            onChange={(event) => setTexts({ ...texts, [each]: event.target.value })}
            error={wrong(texts[each])}
            helperText={
              wrong(texts[each])
                ? t('retention.days.wrong', { most: MOST_DAYS })
                : t(`retention.about.${each}`)
            }
            placeholder={t('retention.days.ever')}
            slotProps={{
              htmlInput: { min: 1, max: MOST_DAYS },
              inputLabel: { shrink: true },
            }}
          />
        ))}
      </Box>
      <Button
        variant="contained"
        disabled={changed.length === 0 || bad}
        onClick={() => setAsking(true)}
        sx={{ mt: 2 }}
      >
        {t('retention.days.save')}
      </Button>
      {asking && (
        <ConfirmDialog
          title={t('retention.days.title')}
          text={t('retention.days.confirmText')}
          confirm={t('retention.days.confirm')}
          color={shorter ? 'error' : 'primary'}
          busy={isLoading}
          problem={problemOf(error)}
          onClose={() => {
            reset();
            setAsking(false);
          }}
          onConfirm={() => void confirm()}
        >
          <Box component="ul" sx={{ m: 0, pl: 2.5 }}>
            {changed.map((each) => (
              <li key={each}>
                {t('retention.days.change', {
                  name: t(`retention.class.${each}`),
                  before: asText(kept[each]) || t('retention.days.ever'),
                  after: texts[each] || t('retention.days.ever'),
                })}
              </li>
            ))}
          </Box>
          {shorter && (
            <Alert role="note" severity="warning" variant="outlined">
              {t('retention.days.shorter')}
            </Alert>
          )}
        </ConfirmDialog>
      )}
    </>
  );
}

/** Days for which each class of data is kept. */
export function Days({ onNote }: { onNote: (text: string) => void }) {
  const { t } = useTranslation();
  const query = usePrivacyGetRetentionQuery(undefined, { refetchOnMountOrArgChange: true });
  return (
    <Section title={t('retention.days.heading')} text={t('retention.days.text')}>
      <QueryState query={query} skeleton={<Skeleton variant="rounded" height="6rem" />}>
        {(kept) => <Form key={JSON.stringify(kept)} kept={kept} onNote={onNote} />}
      </QueryState>
    </Section>
  );
}
