import Skeleton from '@mui/material/Skeleton';
import TextField from '@mui/material/TextField';
import { useTranslation } from 'react-i18next';
import { usePrivacyListOperatorsQuery } from '../../../api/generatedPrivacy';
import { problemOf } from '../../../api/problem';
import { ErrorState } from '../../../shared/components/ErrorState';
import type { OperatorConfig } from './model';
import { useOperatorName } from './useOperatorName';

/** A setting as the server's list of operators describes it, in words of JSON Schema. */
interface Setting {
  type: string | string[];
  description: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  enum?: string[];
}

interface Listed {
  operator: string;
  description: string;
  parameters: { properties: Record<string, Setting> };
}

interface Props {
  config: OperatorConfig | null;
  /** What holds when no operator is named. */
  unsaid: string;
  onChange: (config: OperatorConfig | null) => void;
}

const isOf = (setting: Setting, kind: string) => [setting.type].flat().includes(kind);

/** The choices of a setting that is not a free text or number. */
function choicesOf(setting: Setting): unknown[] | undefined {
  if (setting.enum) return setting.enum;
  if (isOf(setting, 'boolean')) return isOf(setting, 'null') ? [null, true, false] : [true, false];
  return undefined;
}

/** What stands in the place of a value, with the settings that this operator has. */
export function OperatorFields({ config, unsaid, onChange }: Props) {
  const { t } = useTranslation();
  const operatorName = useOperatorName();
  const query = usePrivacyListOperatorsQuery();
  const problem = problemOf(query.error);
  if (problem) return <ErrorState problem={problem} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton variant="rounded" height="2.5rem" />;
  const listed = query.data.items as unknown as Listed[];
  const chosen = listed.find((each) => each.operator === config?.operator);
  const told = (value: unknown) => {
    if (typeof value === 'boolean') return t(value ? 'policies.dialog.yes' : 'policies.dialog.no');
    return value === null || value === undefined ? t('policies.dialog.auto') : String(value);
  };
  const set = (field: string, setting: Setting, raw: string) => {
    const choices = choicesOf(setting);
    const typed = isOf(setting, 'integer') && raw !== '' ? Number(raw) : raw;
    const value = choices ? choices.find((each) => String(each) === raw) : typed;
    const { [field]: _, ...others } = config as OperatorConfig & Record<string, unknown>;
    const plain = value === '' || value === setting.default;
    onChange((plain ? others : { ...others, [field]: value }) as OperatorConfig);
  };
  return (
    <>
      <TextField
        select
        label={t('policies.dialog.operator')}
        value={config?.operator ?? ''}
        onChange={(event) =>
          onChange(event.target.value === '' ? null : { operator: event.target.value })
        }
        helperText={chosen?.description}
        slotProps={{ select: { native: true }, inputLabel: { shrink: true } }}
      >
        <option value="">{unsaid}</option>
        {listed.map((each) => (
          <option key={each.operator} value={each.operator}>
            {operatorName(each.operator)}
          </option>
        ))}
      </TextField>
      {Object.entries(chosen?.parameters.properties ?? {}).map(([field, setting]) => {
        const choices = choicesOf(setting);
        const value = config?.[field] ?? setting.default;
        return (
          <TextField
            key={field}
            select={choices !== undefined}
            type={isOf(setting, 'integer') ? 'number' : 'text'}
            label={field.replaceAll('_', ' ')}
            value={choices ? String(value ?? null) : String(value ?? '')}
            onChange={(event) => set(field, setting, event.target.value)}
            helperText={setting.description}
            slotProps={{
              select: { native: true },
              inputLabel: { shrink: true },
              htmlInput: choices
                ? undefined
                : { min: setting.minimum, max: setting.maximum, maxLength: setting.maxLength },
            }}
          >
            {choices?.map((choice) => (
              <option key={String(choice)} value={String(choice)}>
                {told(choice)}
              </option>
            ))}
          </TextField>
        );
      })}
    </>
  );
}
