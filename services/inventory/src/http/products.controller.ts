import { Body, Controller, Get, Param, Put, Query } from '@nestjs/common';
import { Database, Problem, validate } from '@waybill/platform';
import { OperatorOnly } from '@waybill/platform/nest';
import { InventoryQueries } from '../persistence/inventory.queries.js';
import { StockRepository } from '../persistence/stock.repository.js';
import { ProductListQuery, StockCount } from './inventory.requests.js';

const belowReserved = { name: 'below-reserved', status: 409, title: 'The stock would fall below what is reserved' };

@Controller('products')
export class ProductsController {
  constructor(
    private readonly database: Database,
    private readonly stock: StockRepository,
    private readonly queries: InventoryQueries,
  ) {}

  @Get()
  list(@Query() query: unknown) {
    return this.queries.products(validate(ProductListQuery, query));
  }

  @Get(':sku')
  async show(@Param('sku') sku: string) {
    const product = await this.queries.product(sku);
    if (!product) throw new Problem('not-found', { detail: `there is no product ${sku}` });
    return product;
  }

  /** Sets the units on hand; 409 when that is less than what is reserved. */
  @OperatorOnly()
  @Put(':sku/stock')
  async count(@Param('sku') sku: string, @Body() body: unknown) {
    const { onHand } = validate(StockCount, body);
    const outcome = await this.database.transaction((tx) => this.stock.setOnHand(tx, sku, onHand));
    if (outcome === 'below-reserved') throw new Problem(belowReserved);
    return this.show(sku);
  }
}
