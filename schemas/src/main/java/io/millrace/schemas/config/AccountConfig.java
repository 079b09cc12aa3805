package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.check;
import static io.millrace.schemas.config.Checks.orDefault;
import static io.millrace.schemas.config.Checks.positive;
import static io.millrace.schemas.config.Checks.required;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client of Millrace, with its keys, budgets and limits.
 *
 * @param id name in topics and reports: a-z, 0-9, hyphen
 * @param keys its API keys
 * @param budgets its budgets
 * @param limits its limits
 * @param weight its share where accounts compete; default 1
 * @param callbackSecret secret that signs its callbacks: whsec_ and base64 of 24 to 64 bytes;
 *     default made at the first start
 */
public record AccountConfig(
    String id,
    List<KeyConfig> keys,
    List<BudgetConfig> budgets,
    AccountLimits limits,
    int weight,
    String callbackSecret) {

  /** Hides the secret. */
  @Override
  public String toString() {
    return "AccountConfig[id=" + id + ", keys=" + keys + ", budgets=" + budgets + "]";
  }

  public AccountConfig {
    check(
        id.matches("[a-z0-9-]{1,60}"),
        "accounts[].id must be 1 to 60 of a-z, 0-9 and hyphen: " + id);
    positive(weight, "accounts[" + id + "].weight");
    check(
        callbackSecret.isEmpty() || callbackSecret.startsWith("whsec_"),
        "accounts[" + id + "].callbackSecret must begin with whsec_");
    keys = List.copyOf(keys);
    budgets = List.copyOf(budgets);
  }

  @JsonCreator
  static AccountConfig of(
      @Nullable String id,
      @Nullable List<KeyConfig> keys,
      @Nullable List<BudgetConfig> budgets,
      @Nullable AccountLimits limits,
      @Nullable Integer weight,
      @Nullable String callbackSecret) {
    return new AccountConfig(
        required(id, "id"),
        orDefault(keys, List.of()),
        orDefault(budgets, List.of()),
        orDefault(limits, AccountLimits.defaults()),
        orDefault(weight, 1),
        orDefault(callbackSecret, ""));
  }
}
