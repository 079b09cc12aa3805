package io.millrace.workers.bedrock;

import io.millrace.schemas.config.ProviderConfig;
import io.millrace.workers.BaseUrl;
import io.millrace.workers.Capabilities;
import io.millrace.workers.Feature;
import io.millrace.workers.ProviderAdapter;
import io.millrace.workers.ProviderKind;
import io.millrace.workers.ProviderKinds;
import io.millrace.workers.Support;
import java.util.List;

/** Amazon Bedrock, whose models differ in what they do of what Converse offers. */
public final class BedrockKinds implements ProviderKinds {

  static final Capabilities CAPABILITIES =
      Capabilities.text()
          .with(
              Support.YES,
              Feature.STREAMING,
              Feature.EMBEDDINGS,
              Feature.STOP,
              Feature.USER,
              Feature.SERVICE_TIER)
          .with(
              Support.BY_MODEL,
              Feature.IMAGES,
              Feature.AUDIO,
              Feature.FILES,
              Feature.TOOLS,
              Feature.TOOL_CHOICE,
              Feature.JSON_SCHEMA,
              Feature.TEMPERATURE,
              Feature.TOP_P,
              Feature.REASONING_EFFORT,
              Feature.DIMENSIONS)
          .with(Support.EMULATED, Feature.CHOICES, Feature.JSON_OBJECT);

  @Override
  public List<ProviderKind> all() {
    return List.of(new ProviderKind("bedrock", CAPABILITIES, BedrockKinds::adapter));
  }

  private static ProviderAdapter adapter(ProviderConfig provider) {
    boolean isRegionNeeded = provider.baseUrl().isEmpty() || !AwsAccount.isByApiKey(provider);
    var region = isRegionNeeded ? region(provider) : "";
    var url = BaseUrl.of(provider, "https://bedrock-runtime." + region + ".amazonaws.com");
    return new BedrockAdapter(
        url, AwsAccount.credentials(provider, url, region), provider.unsupportedParameters());
  }

  private static String region(ProviderConfig provider) {
    return AwsAccount.region(provider)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "providers[%s].region must be set: AWS's usual places name none"
                        .formatted(provider.name())));
  }
}
