"""Names of the world: well-known ones that a question may hold, whether or not the content has anything on them."""

# What is named here is a name however it is written. Where no passage holds it, the question has no answer.
WELL_KNOWN = frozenset(
    """
    accenture adobe africa airbnb airbus aldi alexa alibaba amazon amd android anduril anthropic apple applovin
    argentina arm asml asus austria baidu barclays bard belgium berkshire berlin bezos biden binance bing
    bitcoin blackrock bloomberg boeing bonds brazil britain broadcom bytedance canada canva character chevron
    chile cisco citadel citigroup clegg cohere coinbase colombia copilot crowdstrike cuban cursor dalle
    databrick databricks datadog dax deepmind dell deloitte denmark disney doge dogecoin dropbox dubai ebay
    egypt ellison england equinix ericsson eth ethereum euro europe exxon fed ferrari fidelity figma finland
    ford foxconn france ftse gates gemini genentech germany github gitlab gold goldman greece groq gucci
    hassabis hinton honda honeywell hpe hsbc huawei huggingface hungary hyundai ibm iceland ilya india indonesia
    inflection instacart intel intuit iphone iran ireland israel japan jassy jpmorgan karpathy kenya kioxia
    klarna kuaishou lecun lenovo lg linkedin linux lockheed london lucid lululemon lyft malaysia mastercard
    mcdonald mcdonalds mediatek mercedes mexico microstrategy midjourney mistral moderna mongodb morgan moscow
    musk nadella nestle netflix netherlands neuralink nigeria nike nikkei nintendo nokia northrop norway
    novartis nubank oil okta oppo optimus opus oracle pakistan palantir panasonic paris paypal pepsi perplexity
    peru pfizer philippines pichai pinterest pixar poland porsche portugal pound procter prosus putin qatar
    qualcomm rakuten raytheon reddit renault rivian robinhood roblox roche russia safari salesforce sandisk sap
    satya saudi scaleai scotland seagate servicenow shein shopify siemens silver singapore siri slack snap
    snapchat snowflake softbank solana sonnet sony sora spacex spain spotify square ssi starbucks stellantis
    stripe supermicro sutskever sweden switzerland syria takeda target telegram temu tencent tesla thailand
    thinking tiktok tokyo toyota trump tsmc turkey twilio twitter uber ukraine unilever unity vanguard verizon
    vietnam visa vix vodafone volkswagen vw wales walmart waymo wechat wells whatsapp workday xai xiaomi xpeng
    yahoo yen youtube zhipu zoom zuckerberg
    """.split()  # noqa: SIM905 (hundreds of quoted words would be harder to read)
)
