import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useTranslation } from 'react-i18next';
import { usePrivacyGetLeaksQuery } from '../../../api/generatedPrivacy';
import { PageHeader } from '../../../shared/components/PageHeader';
import { QueryState } from '../../../shared/components/QueryState';
import { useAddress } from '../../../shared/hooks/useAddress';
import { leaks } from '../../../shared/i18n/en.leaks';
import { addWords } from '../../../shared/i18n/late';
import { Answer } from './Answer';
import { DayCard } from './DayCard';
import { FoundTypes } from './FoundTypes';

addWords({ leaks });

const SPANS = [7, 30, 90] as const;
const DEFAULT_DAYS = 30;

function daysOf(value: string | undefined): (typeof SPANS)[number] {
  return SPANS.find((days) => String(days) === value) ?? DEFAULT_DAYS;
}

/** Whether a second, independent look found anything personal in what left. */
export function LeaksPage() {
  const { t } = useTranslation();
  const { get, set } = useAddress();
  const days = daysOf(get('days'));
  const query = usePrivacyGetLeaksQuery({ days }, { refetchOnMountOrArgChange: true });
  const spans = (
    <ToggleButtonGroup
      exclusive
      size="small"
      aria-label={t('leaks.span')}
      value={days}
      onChange={(_, value: number | null) => {
        if (value) set({ days: value === DEFAULT_DAYS ? undefined : String(value) });
      }}
    >
      {SPANS.map((each) => (
        <ToggleButton
          key={each}
          value={each}
          sx={{ px: 1.5, textTransform: 'none', color: 'text.primary' }}
        >
          {t('leaks.days', { count: each })}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
  return (
    <>
      <PageHeader title={t('nav.leaks')} text={t('leaks.text')} actions={spans} />
      <QueryState
        query={query}
        skeleton={
          <Box sx={{ display: 'grid', gap: 2 }}>
            <Skeleton variant="rounded" height="9rem" />
            <Skeleton variant="rounded" height="18rem" />
          </Box>
        }
      >
        {(report) => (
          <Box sx={{ display: 'grid', gap: 2 }}>
            <Answer report={report} days={days} />
            {report.texts > 0 && (
              <Box
                sx={{
                  display: 'grid',
                  gap: 2,
                  alignItems: 'start',
                  gridTemplateColumns: {
                    xs: 'minmax(0, 1fr)',
                    lg: 'minmax(0, 7fr) minmax(0, 6fr)',
                  },
                }}
              >
                <DayCard report={report} days={days} />
                <FoundTypes report={report} />
              </Box>
            )}
          </Box>
        )}
      </QueryState>
    </>
  );
}
