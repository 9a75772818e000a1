import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import type { DatasetReply } from '../../../api/generatedPrivacy';
import { formatScore } from '../../../shared/format';

const NEARLY = 0.8;

/** How much of a dataset's privacy budget is spent, as a meter and in words. */
export function BudgetMeter({ dataset }: { dataset: DatasetReply }) {
  const { t } = useTranslation();
  const { epsilon_budget: budget, epsilon_spent: spent, epsilon_left: left } = dataset;
  const part = budget > 0 ? Math.min(1, spent / budget) : 1;
  return (
    <Box component="span" sx={{ display: 'grid', gap: 0.5, width: '100%' }}>
      <Box
        component="span"
        role="meter"
        aria-label={t('tables.stats.meter')}
        aria-valuemin={0}
        aria-valuemax={budget}
        aria-valuenow={Math.min(spent, budget)}
        sx={{ display: 'block', height: '0.625rem', borderRadius: 1, bgcolor: 'action.hover' }}
      >
        <Box
          component="span"
          sx={{
            display: 'block',
            height: '100%',
            borderRadius: 1,
            width: `${(part * 100).toFixed(1)}%`,
            bgcolor: part >= NEARLY ? 'warning.main' : 'primary.main',
          }}
        />
      </Box>
      <Typography variant="caption" component="span" sx={{ color: 'text.secondary' }}>
        {t('tables.stats.budget', {
          spent: formatScore(spent),
          budget: formatScore(budget),
          left: formatScore(left),
        })}
      </Typography>
    </Box>
  );
}
