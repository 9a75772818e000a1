import '../../../api/privacyTags';
import Box from '@mui/material/Box';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../../shared/components/PageHeader';
import { useAddress } from '../../../shared/hooks/useAddress';
import { useNote } from '../../../shared/hooks/useNote';
import { retention } from '../../../shared/i18n/en.retention';
import { addWords } from '../../../shared/i18n/late';
import { Consents } from './Consents';
import { Days } from './Days';
import { Holds } from './Holds';
import { Purposes } from './Purposes';
import { Runs } from './Runs';

addWords({ retention });

const VIEWS = ['days', 'holds', 'consents'] as const;

/** How long data stay, whose stay longer, and what customers agreed to. */
export function RetentionPage() {
  const { t } = useTranslation();
  const { get, set } = useAddress();
  const { note, tell } = useNote();
  const view = VIEWS.find((each) => each === get('view')) ?? 'days';
  return (
    <>
      <PageHeader title={t('nav.retention')} text={t('retention.text')} />
      <Tabs
        value={view}
        onChange={(_, value: string) =>
          set({ view: value === 'days' ? undefined : value, run: undefined })
        }
        variant="scrollable"
        aria-label={t('retention.views')}
        sx={{ borderBottom: 1, borderColor: 'divider', mb: 2 }}
      >
        {VIEWS.map((each) => (
          <Tab key={each} value={each} label={t(`retention.view.${each}`)} />
        ))}
      </Tabs>
      <Box sx={{ display: 'grid', gap: 2 }}>
        {view === 'days' && (
          <>
            <Days onNote={tell} />
            <Runs />
          </>
        )}
        {view === 'holds' && <Holds onNote={tell} />}
        {view === 'consents' && (
          <>
            <Purposes onNote={tell} />
            <Consents onNote={tell} />
          </>
        )}
      </Box>
      {note}
    </>
  );
}
