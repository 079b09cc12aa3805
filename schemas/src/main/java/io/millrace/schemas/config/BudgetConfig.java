package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.check;
import static io.millrace.schemas.config.Checks.orDefault;
import static io.millrace.schemas.config.Checks.required;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What an account may spend in a period.
 *
 * @param name name for reports
 * @param period this version knows month, in UTC; default month
 * @param limitUsd limit in USD
 * @param hard true refuses what does not fit; default true
 */
public record BudgetConfig(String name, String period, BigDecimal limitUsd, boolean hard) {

  public BudgetConfig {
    check(
        period.equals("month"),
        "budgets[" + name + "].period must be month in this version: " + period);
    check(
        limitUsd.signum() >= 0, "budgets[" + name + "].limitUsd must not be negative: " + limitUsd);
  }

  @JsonCreator
  static BudgetConfig of(
      @Nullable String name,
      @Nullable String period,
      @Nullable BigDecimal limitUsd,
      @Nullable Boolean hard) {
    return new BudgetConfig(
        required(name, "name"),
        orDefault(period, "month"),
        required(limitUsd, "limitUsd"),
        orDefault(hard, true));
  }
}
