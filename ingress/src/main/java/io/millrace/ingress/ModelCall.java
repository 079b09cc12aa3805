package io.millrace.ingress;

import io.millrace.schemas.Need;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the services need to know of a body that they hand on as it is.
 *
 * @param inputTokensEstimated likely input tokens, for pacing
 * @param inputTokensMax input tokens that cannot be exceeded, for budgets
 * @param contextTokensEstimated likely input tokens that must fit into the model at once
 * @param outputTokensMax the client's output limit over all choices; absent means the model's own
 * @param needs what a model must be able to do
 * @param keepsBody true when what was asked can be read later, as a stored response's input can
 */
public record ModelCall(
    String model,
    boolean stream,
    int choices,
    @Nullable String user,
    int inputTokensEstimated,
    int inputTokensMax,
    int contextTokensEstimated,
    @Nullable Integer outputTokensMax,
    List<Need> needs,
    boolean keepsBody) {

  public ModelCall {
    needs = List.copyOf(needs);
  }

  /** A call whose body nobody reads again. */
  public ModelCall(
      String model,
      boolean stream,
      int choices,
      @Nullable String user,
      int inputTokensEstimated,
      int inputTokensMax,
      int contextTokensEstimated,
      @Nullable Integer outputTokensMax,
      List<Need> needs) {
    this(
        model,
        stream,
        choices,
        user,
        inputTokensEstimated,
        inputTokensMax,
        contextTokensEstimated,
        outputTokensMax,
        needs,
        false);
  }
}
