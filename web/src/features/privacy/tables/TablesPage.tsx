import '../../../api/privacyTags';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../../shared/components/PageHeader';
import { useAddress } from '../../../shared/hooks/useAddress';
import { useNote } from '../../../shared/hooks/useNote';
import { tables } from '../../../shared/i18n/en.tables';
import { addWords } from '../../../shared/i18n/late';
import { Statistics } from './Statistics';
import { Wizard } from './Wizard';

addWords({ tables });

const VIEWS = ['release', 'statistics'] as const;

/** Tables made safe to hand out, and statistics that tell of nobody. */
export function TablesPage() {
  const { t } = useTranslation();
  const { get, set } = useAddress();
  const { note, tell } = useNote();
  const view = VIEWS.find((each) => each === get('view')) ?? 'release';
  return (
    <>
      <PageHeader title={t('nav.tables')} text={t('tables.text')} />
      <Tabs
        value={view}
        onChange={(_, value: string) =>
          set({
            view: value === 'release' ? undefined : value,
            table: undefined,
            release: undefined,
            dataset: undefined,
          })
        }
        variant="scrollable"
        aria-label={t('tables.views')}
        sx={{ borderBottom: 1, borderColor: 'divider', mb: 2 }}
      >
        {VIEWS.map((each) => (
          <Tab key={each} value={each} label={t(`tables.view.${each}`)} />
        ))}
      </Tabs>
      {view === 'release' ? <Wizard onNote={tell} /> : <Statistics onNote={tell} />}
      {note}
    </>
  );
}
