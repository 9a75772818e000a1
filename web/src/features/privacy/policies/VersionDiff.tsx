import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import {
  type DifferenceReply,
  usePrivacyListPolicyDifferencesQuery,
} from '../../../api/generatedPrivacy';
import { QueryState } from '../../../shared/components/QueryState';
import type { Purpose } from './model';
import { usePlaceName } from './usePlaceName';

interface Props {
  purpose: Purpose;
  before: number;
  after: number;
}

/** A setting as it is written; of nested ones, their JSON. */
function said(value: unknown): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A difference of whole groups of settings as the differences of each setting. */
export function flattened(one: DifferenceReply): DifferenceReply[] {
  const { place, before, after } = one;
  if (!isRecord(before) && !isRecord(after)) return [one];
  const [was, is] = [before, after].map((each) => (isRecord(each) ? each : {})) as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((key) =>
    flattened({ ...one, place: `${place}.${key}`, before: was[key], after: is[key] }),
  );
}

const marked = (sign: string, values: unknown[]) =>
  values.map((value) => `${sign} ${said(value)}`).join('\n');

function cells({ before, after, added, removed }: DifferenceReply): [string, string] {
  if (added.length + removed.length === 0) return [said(before), said(after)];
  return [marked('−', removed), marked('+', added)];
}

/** Every place at which two versions differ. */
export function VersionDiff({ purpose, before, after }: Props) {
  const { t } = useTranslation();
  const placeName = usePlaceName();
  const query = usePrivacyListPolicyDifferencesQuery({ purpose, before, after });
  const label = t('policies.history.table', { before, after });
  return (
    <QueryState
      query={query}
      skeleton={<Skeleton variant="rounded" height="8rem" />}
      isEmpty={(found) => found.items.length === 0}
      empty={
        <Typography variant="body2" sx={{ color: 'text.secondary' }}>
          {t('policies.history.same')}
        </Typography>
      }
    >
      {(found) => (
        <TableContainer tabIndex={0} role="region" aria-label={label}>
          <Table size="small" aria-label={label}>
            <TableHead>
              <TableRow>
                <TableCell>{t('policies.history.place')}</TableCell>
                <TableCell>{t('policies.history.in', { version: before })}</TableCell>
                <TableCell>{t('policies.history.in', { version: after })}</TableCell>
              </TableRow>
            </TableHead>
            <TableBody>
              {found.items.flatMap(flattened).map((one) => {
                const [was, is] = cells(one);
                return (
                  <TableRow key={one.place}>
                    <TableCell component="th" scope="row">
                      {placeName(one.place)}
                    </TableCell>
                    {[was, is].map((text, i) => (
                      <TableCell key={i === 0 ? 'was' : 'is'} sx={{ overflowWrap: 'anywhere' }}>
                        <Box component="span" sx={{ whiteSpace: 'pre-wrap' }}>
                          {text}
                        </Box>
                      </TableCell>
                    ))}
                  </TableRow>
                );
              })}
            </TableBody>
          </Table>
        </TableContainer>
      )}
    </QueryState>
  );
}
