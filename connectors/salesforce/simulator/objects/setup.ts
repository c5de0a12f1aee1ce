// What an org knows about itself: users, stages, record types, its own name. Read by clients, changed by admins only.

import { object, type ObjectDef, picklist, reference, system } from '../schema.ts'

const readOnly = (name: string, keyPrefix: string, fields: readonly ReturnType<typeof system>[]): ObjectDef =>
  object({ name, keyPrefix, fields, writable: false })

export const setupObjects = (): readonly ObjectDef[] => [
  readOnly('User', '005', [
    system('Username', 'string', { length: 80 }),
    system('FirstName', 'string', { length: 40 }),
    system('LastName', 'string', { length: 80 }),
    system('Name', 'string', { length: 121 }),
    system('Email', 'email', { length: 128 }),
    system('IsActive', 'boolean'),
    system('UserType', 'picklist', { length: 40, values: [{ value: 'Standard', label: 'Standard', active: true }] }),
    system('LanguageLocaleKey', 'string', { length: 40 }),
    system('TimeZoneSidKey', 'string', { length: 40 }),
  ]),
  readOnly('Organization', '00D', [
    system('Name', 'string', { length: 80 }),
    system('OrganizationType', 'picklist', { length: 40 }),
    system('InstanceName', 'string', { length: 5 }),
    system('IsSandbox', 'boolean'),
    system('TrialExpirationDate', 'datetime'),
    system('NamespacePrefix', 'string', { length: 15 }),
  ]),
  readOnly('OpportunityStage', '01J', [
    system('MasterLabel', 'string', { length: 255 }),
    system('ApiName', 'string', { length: 255 }),
    system('IsActive', 'boolean'),
    system('SortOrder', 'int', { precision: 9, scale: 0 }),
    system('IsClosed', 'boolean'),
    system('IsWon', 'boolean'),
    system('ForecastCategory', 'picklist', { length: 40 }),
    system('ForecastCategoryName', 'picklist', { length: 40 }),
    system('DefaultProbability', 'percent', { precision: 3, scale: 0 }),
  ]),
  readOnly('RecordType', '012', [
    system('Name', 'string', { length: 80 }),
    system('DeveloperName', 'string', { length: 80 }),
    system('SobjectType', 'string', { length: 40 }),
    system('IsActive', 'boolean'),
    reference('BusinessProcessId', 'BusinessProcess', { createable: false, updateable: false }),
  ]),
  readOnly('BusinessProcess', '019', [
    system('Name', 'string', { length: 80 }),
    system('IsActive', 'boolean'),
    system('TableEnumOrId', 'string', { length: 40 }),
  ]),
  readOnly('SetupAuditTrail', '0Ym', [
    system('Action', 'string', { length: 160 }),
    system('Section', 'string', { length: 160 }),
    system('Display', 'string', { length: 1_000 }),
  ]),
  readOnly('CurrencyType', '01L', [
    picklist('IsoCode', ['EUR', 'USD', 'CHF', 'GBP'], { createable: false, updateable: false }),
    system('IsActive', 'boolean'),
    system('IsCorporate', 'boolean'),
    system('DecimalPlaces', 'int', { precision: 2, scale: 0 }),
  ]),
]
