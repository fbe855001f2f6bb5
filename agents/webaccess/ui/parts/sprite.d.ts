// The sprite is made by the bundler of the icons that icons.json names.
declare module "virtual:sprite" {
  const address: string;
  export default address;
}
