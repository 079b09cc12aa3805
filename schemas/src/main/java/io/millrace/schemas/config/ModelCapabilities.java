package io.millrace.schemas.config;

import org.jspecify.annotations.Nullable;

/**
 * What a model can do, as far as it is known. A request that needs what a model cannot do is not
 * sent to it; what is not known is tried.
 *
 * @param tools calls tools; absent means unknown
 * @param vision takes images; absent means unknown
 * @param jsonSchema keeps to a JSON schema; absent means unknown
 * @param reasoning reasons before it answers; absent means unknown
 * @param audio takes or makes audio; absent means unknown
 * @param files takes files such as PDF; absent means unknown
 */
public record ModelCapabilities(
    @Nullable Boolean tools,
    @Nullable Boolean vision,
    @Nullable Boolean jsonSchema,
    @Nullable Boolean reasoning,
    @Nullable Boolean audio,
    @Nullable Boolean files) {

  public static final ModelCapabilities UNKNOWN =
      new ModelCapabilities(null, null, null, null, null, null);
}
