package io.millrace.dispatcher;

import java.math.BigDecimal;

/** Amounts in USD, exact to twelve decimals as the records carry them. */
final class Money {

  static final BigDecimal ZERO = BigDecimal.ZERO.setScale(Cost.SCALE);

  private Money() {}
}
