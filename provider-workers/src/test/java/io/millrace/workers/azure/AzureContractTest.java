package io.millrace.workers.azure;

import io.millrace.schemas.config.ProviderConfig;
import io.millrace.workers.contract.AdapterContract;
import java.util.List;
import org.junit.jupiter.api.Nested;

/** Both forms of Azure's paths. */
class AzureContractTest {

  @Nested
  class OfVersionOne implements AdapterContract {

    @Override
    public String kind() {
      return "azure-openai";
    }

    @Override
    public String basePath() {
      return "/openai";
    }
  }

  @Nested
  class OfDeployments implements AdapterContract {

    @Override
    public String kind() {
      return "azure-openai";
    }

    @Override
    public String basePath() {
      return "/openai";
    }

    @Override
    public ProviderConfig config(String rootUrl, List<String> keys) {
      return AzureConfigs.versioned(AdapterContract.super.config(rootUrl, keys));
    }
  }
}
