package io.millrace.accounting;

import java.math.BigDecimal;

/** Amounts in USD, exact to twelve decimals as the records carry them. */
final class Money {

  static final BigDecimal ZERO = BigDecimal.ZERO.setScale(12);

  private Money() {}
}
