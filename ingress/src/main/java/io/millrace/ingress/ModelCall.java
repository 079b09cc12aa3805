package io.millrace.ingress;

import org.jspecify.annotations.Nullable;

/**
 * What the services need to know of a body that they hand on as it is.
 *
 * @param inputTokensEstimated likely input tokens, for pacing
 * @param inputTokensMax input tokens that cannot be exceeded, for budgets
 * @param outputTokensMax the client's output limit over all choices; absent means the model's own
 */
public record ModelCall(
    String model,
    boolean stream,
    int choices,
    @Nullable String user,
    int inputTokensEstimated,
    int inputTokensMax,
    @Nullable Integer outputTokensMax) {}
