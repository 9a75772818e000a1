import CheckCircleOutlined from '@mui/icons-material/CheckCircleOutlined';
import ErrorOutlineOutlined from '@mui/icons-material/ErrorOutlineOutlined';
import HourglassEmptyOutlined from '@mui/icons-material/HourglassEmptyOutlined';
import Box from '@mui/material/Box';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { useTranslation } from 'react-i18next';
import type { PartReply } from '../../../api/generatedPrivacy';
import { Section } from '../../../shared/components/Section';
import { formatCount, formatDateTime } from '../../../shared/format';

const ICONS = {
  waiting: HourglassEmptyOutlined,
  done: CheckCircleOutlined,
  failed: ErrorOutlineOutlined,
  overdue: ErrorOutlineOutlined,
} as const;
const COLORS = {
  waiting: 'text.secondary',
  done: 'success.main',
  failed: 'error.main',
  overdue: 'error.main',
} as const;

/** What each service has done, when, and how much. */
export function Parts({ parts }: { parts: PartReply[] }) {
  const { t } = useTranslation();
  const done = parts.filter((part) => part.state === 'done').length;
  const label = t('requests.parts.title');
  return (
    <Section
      title={label}
      text={t('requests.parts.progress', { done: formatCount(done), count: parts.length })}
    >
      <TableContainer tabIndex={0} role="region" aria-label={label}>
        <Table size="small" aria-label={label}>
          <TableHead>
            <TableRow>
              <TableCell>{t('requests.parts.service')}</TableCell>
              <TableCell>{t('requests.parts.state')}</TableCell>
              <TableCell>{t('requests.parts.at')}</TableCell>
              <TableCell>{t('requests.parts.counts')}</TableCell>
            </TableRow>
          </TableHead>
          <TableBody>
            {parts.map((part) => {
              const Icon = ICONS[part.state];
              return (
                <TableRow key={part.service}>
                  <TableCell component="th" scope="row">
                    {part.service}
                  </TableCell>
                  <TableCell>
                    <Box sx={{ display: 'flex', gap: 0.75, alignItems: 'center' }}>
                      <Icon fontSize="small" sx={{ color: COLORS[part.state] }} />
                      {t(`requests.parts.is.${part.state}`)}
                    </Box>
                  </TableCell>
                  <TableCell sx={{ whiteSpace: 'nowrap' }}>
                    {part.at ? formatDateTime(part.at) : '–'}
                  </TableCell>
                  <TableCell>
                    {Object.entries(part.counts)
                      .filter(([, n]) => n > 0)
                      .map(([name, n]) => `${name.replaceAll('_', ' ')} ${formatCount(n)}`)
                      .join(', ') || '–'}
                  </TableCell>
                </TableRow>
              );
            })}
          </TableBody>
        </Table>
      </TableContainer>
    </Section>
  );
}
